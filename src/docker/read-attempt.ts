import type { Attempt, EngineLookup, EngineRequest, GuardBounds, Unreadable } from "./attempt.ts";
import { readRequest } from "./read-request.ts";

/**
 * Reads what a request would do when it is sent on as it is, asking the engine for whatever it names. Gives an
 * `Unreadable`, and never throws, when anything of it is not understood, not canonical or not shown.
 */
export async function readAttempt(
  request: EngineRequest,
  lookup: EngineLookup,
  guard: GuardBounds,
): Promise<Attempt | Unreadable> {
  const read = await readRequest(request, lookup, guard, { rewritten: false });
  if (!("unreadable" in read)) return read.attempt;
  const { action, unreadable } = read;
  return action === undefined ? { unreadable } : { action, unreadable };
}
