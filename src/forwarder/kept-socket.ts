import { lstatSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { recordPath } from "../docker-cli/forwarded.ts";
import { Failure } from "../errors.ts";
import { askAlive } from "./alive.ts";

/**
 * Makes room for a socket at a path of the user's choice: its folder where that is missing, and what a forwarder that was
 * killed has left there. Rejects with Failure("misuse") where others could put another socket in its place, and with
 * Failure("conflict") where something else is, or somebody answers.
 */
export async function makeRoom(socket: string): Promise<void> {
  if (Buffer.byteLength(socket) > 103) {
    throw new Failure("misuse", "the path is too long for a socket", { hint: "103 bytes are the most everywhere" });
  }
  prepareFolder(dirname(socket));
  const found = lstatSync(socket, { throwIfNoEntry: false });
  if (found !== undefined && !found.isSocket()) {
    throw new Failure("conflict", `${socket} is there and is no socket`);
  }
  if (found !== undefined && (await askAlive(socket)) === "alive") {
    throw new Failure("conflict", `somebody answers at ${socket}`, { hint: "end that first, or choose another path" });
  }
  for (const path of [socket, recordPath(socket)]) rmSync(path, { force: true });
}

function prepareFolder(folder: string): void {
  try {
    if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) return;
    const { mode, uid } = statSync(folder);
    const others = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
    if (!others && (uid === 0 || uid === process.getuid?.())) return;
  } catch (cause) {
    throw new Failure("failed", `${folder} cannot be used`, { cause });
  }
  throw new Failure("misuse", `others may put a socket into ${folder}`, { hint: "choose a folder of your own" });
}
