import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { recordPath } from "../docker-cli/forwarded.ts";
import { askAlive } from "./alive.ts";
import { folderPrefix, removePrivateFolder, socketName } from "./private-folder.ts";

/** Longer than any folder is without its socket. */
const bareMs = 60_000;

/** Removes the folders that earlier ones left, of which nobody had the time to: those whose socket nobody answers on. */
export async function sweep(folder: string): Promise<void> {
  const parent = join(folder, "..");
  const names = readdirSync(parent).filter((name) => name.startsWith(folderPrefix));
  for (const each of names.map((name) => join(parent, name))) {
    if (each !== folder && (await isLeft(each))) removePrivateFolder(each);
  }
}

/** A folder in which the socket is dead, or has not come for long. */
async function isLeft(folder: string): Promise<boolean> {
  const socket = join(folder, socketName);
  const dead = await askAlive(socket);
  if (dead !== "absent") return dead === "dead";
  try {
    const ours = new Set([recordPath(socket)]);
    const others = readdirSync(folder).filter((name) => !ours.has(join(folder, name)));
    return others.length === 0 && Date.now() - lstatSync(folder).mtimeMs > bareMs;
  } catch {
    return false;
  }
}
