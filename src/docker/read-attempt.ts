import type { Attempt, EngineLookup, EngineRequest, GuardBounds, Touch, Unreadable } from "./attempt.ts";
import { none, readBody } from "./body.ts";
import { readParameters } from "./parameters.ts";
import { createResolver } from "./resolve.ts";
import type { RowInput } from "./table/row.ts";
import { type Found, findRow } from "./table/table.ts";
import { readTarget } from "./target.ts";
import { Unread } from "./unread.ts";

/**
 * Reads what a request would do, asking the engine for whatever it names. Gives an `Unreadable`, and never throws, when
 * anything of it is not understood, not canonical or not shown.
 */
export async function readAttempt(
  request: EngineRequest,
  lookup: EngineLookup,
  guard: GuardBounds,
): Promise<Attempt | Unreadable> {
  let action: string | undefined;
  try {
    const { path, query: written } = readTarget(request.target);
    const found = findRow(request.method, path);
    if (found === undefined) return { unreadable: "the operation is not known" };
    if (typeof found.row.action === "string") action = found.row.action;
    return await readFound(found, written, request, lookup, guard);
  } catch (error) {
    // A fault of ours must not become a crash of the door, nor a yes
    const unreadable = error instanceof Unread ? error.message : "the request could not be read";
    return action === undefined ? { unreadable } : { action, unreadable };
  }
}

async function readFound(
  { row, names }: Found,
  written: string,
  request: EngineRequest,
  lookup: EngineLookup,
  guard: GuardBounds,
): Promise<Attempt> {
  const query = readParameters(written, row.query ?? {});
  const rule = typeof row.body === "function" ? row.body(query) : (row.body ?? none);
  const body = readBody(rule, request);
  const input: RowInput = { names, query, body, resolver: createResolver(lookup), guard };
  const touches: Touch[] = [];
  for (const read of row.touches) touches.push(...(await read(input)));
  return {
    action: typeof row.action === "function" ? row.action(query) : row.action,
    op: typeof row.op === "function" ? row.op(query) : row.op,
    handshake: row.handshake === true,
    stream: row.stream?.(input) === true,
    touches,
  };
}
