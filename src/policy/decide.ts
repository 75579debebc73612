import type { ReadCaveat } from "../caveats/vocabulary.ts";
import type { Attempt, Circumstances, Touch, Unreadable } from "../docker/attempt.ts";
import type { Decision, Reason } from "./decision.ts";
import { grantsHost } from "./host-powers.ts";
import type { VerifiedToken } from "./token.ts";

/**
 * Decides on one attempt. The root id may do everything; any other needs all of its caveats to agree, and is bound by
 * rules that no caveat lifts. All reasons of a refusal are given, the caveats' first.
 */
export function decide(token: VerifiedToken, attempt: Attempt | Unreadable, circumstances: Circumstances): Decision {
  if (token.root) return { verdict: "allowed" };
  const [first, ...more] =
    "unreadable" in attempt
      ? refusedUnread(token.caveats, attempt, circumstances)
      : [...refusedByCaveats(token.caveats, attempt, circumstances), ...refusedByRules(token.caveats, attempt)];
  return first === undefined ? { verdict: "allowed" } : { verdict: "refused", reasons: [first, ...more] };
}

// What could not be read may tell what the engine has, so whoever may not even shake hands is told that alone
function refusedUnread(caveats: readonly ReadCaveat[], unread: Unreadable, circumstances: Circumstances): Reason[] {
  const { action = "unknown", unreadable } = unread;
  const handshake: Attempt = { action, op: "read", handshake: true, stream: false, touches: [] };
  const reasons = refusedByCaveats(caveats, handshake, circumstances);
  return reasons.length > 0 ? reasons : [{ why: unreadable }];
}

/** The reasons of those caveats that refuse an attempt. */
export function refusedByCaveats(
  caveats: readonly ReadCaveat[],
  attempt: Attempt,
  circumstances: Circumstances,
): Reason[] {
  const reasons: Reason[] = [];
  const handshake = isHandshake(attempt);
  let linksBefore: readonly string[] = [];
  for (const { name, text, value, definition } of caveats) {
    if (!handshake || definition.handshake) {
      const why = definition.refuses(value, { attempt, circumstances, linksBefore });
      if (why !== undefined) reasons.push({ caveat: text, why });
    }
    if (name === "link") linksBefore = linksBefore.concat(value as string);
  }
  return reasons;
}

/** The reasons of the rules that bind every restricted id and that no caveat lifts. */
export function refusedByRules(caveats: readonly ReadCaveat[], attempt: Attempt): Reason[] {
  const { action, touches } = attempt;
  const reasons: Reason[] = [];
  if (touches.length === 0 && !isHandshake(attempt)) {
    reasons.push({ why: `${action} is for the root id alone: nothing that it touches can be told` });
  }
  if (touches.some(({ kind }) => kind === "guard")) {
    reasons.push({ why: "the request reaches for docker-id itself or what guards it, which only the root id may" });
  }
  const power = touches.find((touch) => touch.kind === "host" && !grantsHost(caveats, touch));
  if (power !== undefined) {
    const asked = isOwnWish(touches) ? `asks for host:${power.id}:${power.level},` : "asks for, or reaches,";
    reasons.push({ why: `the request ${asked} a power over the host that this id was not given` });
  }
  return reasons;
}

// One that would change something is a fault of the reader's, and no handshake
function isHandshake({ handshake, op }: Attempt): boolean {
  return handshake && op === "read";
}

// A power may come from the inspect of a container or a volume that the request names, which the id may not see
function isOwnWish(touches: readonly Touch[]): boolean {
  return touches.every(({ kind, id }) => kind === "host" || kind === "image" || id === "+");
}
