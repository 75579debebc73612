import type { EngineLookup, EngineRequest, GuardBounds } from "../../docker/attempt.ts";
import { readRequest, type ReadRequest, type UnreadRequest } from "../../docker/read-request.ts";

/** Reads a request that goes on in our words; at once, where it was read before and says all by itself. */
export type ReadInWorld = (
  request: EngineRequest,
  engine: EngineLookup,
  bounds: GuardBounds,
) => ReadRequest | Promise<ReadRequest | UnreadRequest>;

/**
 * Knows again the very same request, which never changes, where what it means depends on nothing that the engine was
 * asked: it has no body and names nothing.
 */
export function rememberReads(): ReadInWorld {
  const known = new WeakMap<EngineRequest, { readonly bounds: GuardBounds; readonly read: ReadRequest }>();

  async function learn(request: EngineRequest, engine: EngineLookup, bounds: GuardBounds) {
    const read = await readRequest(request, engine, bounds, { rewritten: true });
    const alone = request.body === undefined && !("unreadable" in read) && read.asked.length === 0;
    if (alone) known.set(request, { bounds, read });
    return read;
  }

  return (request, engine, bounds) => {
    const before = known.get(request);
    return before?.bounds === bounds ? before.read : learn(request, engine, bounds);
  };
}
