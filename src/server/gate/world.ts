import { ownerLabel } from "../../caveats/owner.ts";
import type {
  Attempt,
  Circumstances,
  EngineLookup,
  EngineRequest,
  GuardBounds,
  Touch,
  Unreadable,
} from "../../docker/attempt.ts";
import type { ReadRequest } from "../../docker/read-request.ts";
import type { Asked } from "../../docker/resolve.ts";
import { decideInWorld } from "../../policy/decide-in-world.ts";
import type { Decision } from "../../policy/decision.ts";
import { labelFilters, type LabelFilters, sees } from "../../policy/sees.ts";
import type { VerifiedToken } from "../../policy/token.ts";
import type { ReadInWorld } from "./known-reads.ts";

/** What a door that sends requests on in its own words has to know of whoever asks. */
export interface World {
  /** What was read, and is to be sent; absent for the root id, whose request goes on as it came. */
  readonly read?: ReadRequest;
  /** The answer tells of more than the id sees, or the request would remove more. */
  readonly narrowed: boolean;
  /** Whether the id sees a thing that the answer would tell of, or may change it where the touch says so. */
  readonly sees: (touch: Touch) => boolean;
  /** Filters by which the engine itself tells apart what the id sees. */
  readonly filters: LabelFilters;
  /** Labels by which what the id creates is its own, and its ancestors'. */
  readonly owners: readonly string[];
}

/** Why a request found nothing, where that is the answer to it. */
export interface NotFound {
  /** What it names and is not there, or not for this id. */
  readonly unseen?: Asked;
  /** The engine could not be asked what it names. */
  readonly unanswered?: true;
}

/** A decision in a world. */
export interface JudgedInWorld {
  readonly attempt: Attempt | Unreadable;
  readonly decision: Decision;
  readonly world?: World;
  readonly notFound?: NotFound;
  /** For the audit. */
  readonly remark?: string;
}

/** Reads and decides on the request of a restricted id at a door that can narrow it. */
export async function judgeInWorld(
  token: VerifiedToken,
  request: EngineRequest,
  parts: {
    readonly read: ReadInWorld;
    readonly engine: EngineLookup;
    readonly bounds: GuardBounds;
    readonly circumstances: () => Circumstances;
  },
): Promise<JudgedInWorld> {
  const { engine, bounds, circumstances } = parts;
  const reading = parts.read(request, engine, bounds);
  const read = reading instanceof Promise ? await reading : reading;
  const now = circumstances();
  const decision = decideInWorld(token, read, now);
  if ("unreadable" in read) return { attempt: read, decision, ...notFoundOf(decision) };
  const { attempt } = read;
  if (decision.verdict === "refused") return { attempt, decision, ...notFoundOf(decision) };
  const { narrowed } = decision;
  const world: World = {
    read,
    narrowed,
    sees: (touch) => sees(token, touch, attempt, now),
    ...standingOf(token),
  };
  return { attempt, decision, world, ...(narrowed && { remark: "narrowed to what the id sees" }) };
}

/** The world of the root id, which is whole. */
export function rootWorld(token: VerifiedToken): World {
  return { narrowed: false, sees: () => true, ...standingOf(token) };
}

function notFoundOf(decision: ReturnType<typeof decideInWorld>): { readonly notFound?: NotFound } {
  if (decision.verdict === "allowed") return {};
  const { unseen, unanswered } = decision;
  if (unanswered === true) return { notFound: { unanswered } };
  return unseen === undefined ? {} : { notFound: { unseen } };
}

type Standing = Pick<World, "filters" | "owners">;
const standings = new WeakMap<VerifiedToken, Standing>();

/** What follows from an id alone, worked out once; tokens that were verified never change. */
function standingOf(token: VerifiedToken): Standing {
  const before = standings.get(token);
  if (before !== undefined) return before;
  const { links } = token;
  const owners = links.map((_, at) => ownerLabel(links.slice(0, at + 1)));
  const standing = { filters: labelFilters(token), owners };
  standings.set(token, standing);
  return standing;
}
