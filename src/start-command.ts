import { fileURLToPath } from "node:url";

/** The words that start this docker-id again, whatever the PATH has: Node and the entry, or the single executable. */
export function startCommand(): readonly string[] {
  if (process.getBuiltinModule("node:sea").isSea()) return [process.execPath];
  return [process.execPath, fileURLToPath(new URL("../bin/run.js", import.meta.url))];
}
