import type { Reason } from "../../policy/decision.ts";

/** What the gate says when it refuses before any caveat is asked; each one sentence, without a final stop. */
export const words = {
  noId:
    "this engine is guarded by docker-id and the request carried no id; put one in the X-Docker-Id header " +
    "(docker-id exec -- COMMAND does, and docker-id shell-init for docker), or ask whoever runs this engine for one",
  malformed: "the id that came with the request is no id of docker-id, or not all of it; docker-id inspect reads one",
  otherEngine: "the id that came with the request is of another engine, or of a guard of this one that was ended",
  revoked: "the id that came with the request was revoked; ask whoever gave it to you for another",
  open: "this engine is not guarded yet: docker-id init makes it so",
  unreadable:
    "docker-id cannot read its own state and refuses everything until it can; " +
    "ask whoever runs this engine to run docker-id status",
  late: "docker-id took too long to decide and refuses; try again",
  failed: "docker-id met an error and refuses; its log says more",
  unwritten: "docker-id could not write the decision down and refuses; ask whoever runs this engine to look at its log",
  stream:
    "this id expires and what was asked for is endless: the plugin could not cut it off then, and this verifier is " +
    "set to refuse that; come through docker-id's gateway",
} as const;

/** The reasons of a refusal as one line for whoever was refused: what binds every id first, as it says the most. */
export function sayReasons(reasons: readonly Reason[]): string {
  const rules = reasons.filter(({ caveat }) => caveat === undefined);
  const caveats = reasons.filter(({ caveat }) => caveat !== undefined);
  return [...rules, ...caveats].map((reason) => shorten(sayReason(reason))).join("; ");
}

/** One reason in full, for the audit. */
export function sayReason({ caveat, why }: Reason): string {
  return caveat === undefined ? why : `${caveat}: ${why}`;
}

/** Full ids are no help in a sentence; their beginning tells them apart. */
function shorten(reason: string): string {
  return reason.replaceAll(/[0-9a-f]{64}/g, (id) => `${id.slice(0, 12)}…`);
}
