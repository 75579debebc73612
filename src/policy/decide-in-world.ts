import type { Attempt, Circumstances, Touch } from "../docker/attempt.ts";
import type { ReadRequest, UnreadRequest } from "../docker/read-request.ts";
import type { Asked } from "../docker/resolve.ts";
import { decide, refusedByCaveats, refusedByRules } from "./decide.ts";
import type { Decision, Reason } from "./decision.ts";
import { labelFilters, sees } from "./sees.ts";
import type { VerifiedToken } from "./token.ts";

/** A decision where an id sees a world of its own, in which there is nothing that it may not touch. */
export type DecisionInWorld =
  | {
      readonly verdict: "allowed";
      /** Of what the answer tells, or the request removes, only what the id sees. */
      readonly narrowed: boolean;
    }
  | (Extract<Decision, { verdict: "refused" }> & {
      /** What the request names and is not there, or not for this id: which of the two shall not be told. */
      readonly unseen?: Asked;
      /** The engine could not be asked what it names. */
      readonly unanswered?: true;
    });

/**
 * Decides like {@link decide}, at a door that can narrow questions and answers: a list is allowed for the sake of those
 * items that the id sees. Whether a thing that it does not see is there makes no difference to the outcome.
 */
export function decideInWorld(
  token: VerifiedToken,
  read: ReadRequest | UnreadRequest,
  circumstances: Circumstances,
): DecisionInWorld {
  const attempt = "unreadable" in read ? undefined : read.attempt;
  const decision = decide(token, attempt ?? (read as UnreadRequest), circumstances);
  if (decision.verdict === "allowed") return { verdict: "allowed", narrowed: false };
  const bare = bareAttempt(read);
  if (bare === undefined) return decision;
  const others = token.caveats.filter(({ definition, name }) => !definition.resource || name === "link");
  // Before it matters what is there
  const [first, ...more] = refusedByCaveats(others, bare, circumstances);
  if (first !== undefined) return { verdict: "refused", reasons: [first, ...more] };

  if (attempt !== undefined && looksAtMaterial(token, attempt, circumstances)) {
    return { verdict: "allowed", narrowed: false };
  }
  const unseen = read.asked.find((asked) => !isSeen(asked, token, attempt ?? bare, circumstances));
  if (unseen?.unanswered === true) return { ...decision, unanswered: true };
  if (unseen !== undefined) return { ...decision, unseen };
  if ("unreadable" in read || read.row.listing === undefined) return decision;
  const [why, ...whys] = refusedListing(token, read, others, circumstances);
  return why === undefined ? { verdict: "allowed", narrowed: true } : { verdict: "refused", reasons: [why, ...whys] };
}

/**
 * Whether it is to look at an image that the id may make a container of: from inside it would see all of it, and clients
 * look before they create. All of its caveats have to agree to that, as if it were tried.
 */
function looksAtMaterial(token: VerifiedToken, attempt: Attempt, circumstances: Circumstances): boolean {
  const [image, ...more] = attempt.touches;
  if (attempt.action !== "image.inspect" || image?.kind !== "image" || more.length > 0) return false;
  const made: Touch = { kind: "container", id: "+", level: "write", names: [], labels: {}, image: image.id };
  const create: Attempt = { ...attempt, action: "container.create", op: "write", touches: [image, made] };
  return decide(token, create, circumstances).verdict === "allowed";
}

/** What the request would be if it touched nothing; undefined where not even that is known. */
function bareAttempt(read: ReadRequest | UnreadRequest): Attempt | undefined {
  if (!("unreadable" in read)) return { ...read.attempt, touches: [] };
  const { action, op } = read;
  if (action === undefined || op === undefined) return undefined;
  return { action, op, handshake: false, stream: false, touches: [] };
}

function isSeen(asked: Asked, token: VerifiedToken, attempt: Attempt, circumstances: Circumstances): boolean {
  if (asked.optional) return true;
  if (asked.found === undefined) return false;
  return sees(token, { ...asked.found.touch, level: "read" }, attempt, circumstances);
}

function refusedListing(
  token: VerifiedToken,
  { attempt, row }: ReadRequest,
  others: VerifiedToken["caveats"],
  circumstances: Circumstances,
): Reason[] {
  const reasons = [...refusedByCaveats(others, attempt, circumstances), ...refusedByRules(token.caveats, attempt)];
  if (row.listing === "prune" && !labelFilters(token).whole) {
    reasons.push({ why: "nothing tells the engine what of all that it would remove is within this id" });
  }
  return reasons;
}
