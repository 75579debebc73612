import type { Attempt, EngineLookup, EngineRequest, GuardBounds, Unreadable } from "../../docker/attempt.ts";
import { readRequest, type UnreadRequest } from "../../docker/read-request.ts";
import type { Asked } from "../../docker/resolve.ts";

/** The id of what is not there: nothing has it, so that no caveat which names things grants it. */
const nowhere = "0".repeat(64);

/** The image that stands in for one that the engine does not have; it has no name. */
export const absentImage = {
  Id: `sha256:${nowhere}`,
  RepoTags: [],
  RepoDigests: [],
  Config: {},
} as const;

/**
 * Reads a request at a door that can only let it through or not. What looks for a thing that the engine does not know,
 * or would use an image that it does not have, is read as touching such a thing: the engine itself then says that there
 * is none, and docker goes on to look elsewhere, or to pull. Whoever may touch anything of the kind gains nothing where
 * it is there after all a moment later; whoever may not is told no more than of a thing that is there.
 */
export async function readAtPlugin(
  request: EngineRequest,
  lookup: EngineLookup,
  guard: GuardBounds,
): Promise<Attempt | Unreadable> {
  const read = await readRequest(request, lookup, guard, { rewritten: false });
  if (!("unreadable" in read)) return read.attempt;
  const { action, unreadable, asked } = read;
  const unread = action === undefined ? { unreadable } : { action, unreadable };
  const missing = asked.at(-1);
  if (missing === undefined || missing.optional || missing.found !== undefined || missing.unanswered) return unread;
  if (missing.kind !== "image") return attemptToLook(read, missing) ?? unread;
  const again = await readRequest(request, withImage(lookup, missing.name), guard, { rewritten: false });
  return "unreadable" in again ? unread : again.attempt;
}

// These open nothing of what they name; copying out of a container reaches into whatever is mounted there
const looking = /^\w+\.(?:inspect|logs|top|changes|export|stats|wait|resize|attach)$/;
const endless = /\.(?:logs|stats|attach)$/;

function attemptToLook({ action, op }: UnreadRequest, { kind }: Asked): Attempt | undefined {
  if (action === undefined || op !== "read" || !looking.test(action)) return undefined;
  const touched = kind === "exec" ? "container" : kind === "task" ? "service" : kind;
  const stream = endless.test(action);
  return { action, op, handshake: false, stream, touches: [{ kind: touched, id: nowhere, level: "read" }] };
}

function withImage(lookup: EngineLookup, missing: string): EngineLookup {
  return {
    async inspect(kind, name) {
      const found = await lookup.inspect(kind, name);
      return found === undefined && kind === "image" && name === missing ? absentImage : found;
    },
  };
}
