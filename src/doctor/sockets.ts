import { type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { bad, type Finding, good, note } from "./finding.ts";

/**
 * Whether nobody may open a socket but its owner and its group, and nobody else put another in its place. `owners` are
 * the users who may own it and the folders that it is in, beside root.
 */
export function examineSocket(about: string, path: string, owners: readonly number[]): readonly Finding[] {
  const found = look(path);
  if (found === undefined) return [note(about, `there is none at ${path}, or you may not see it`)];
  if (!found.isSocket()) return [bad(about, `${path} is no socket`, "whatever is there has taken its place")];
  const trusted = new Set([0, ...owners]);
  const mode = (found.mode & 0o777).toString(8).padStart(4, "0");
  if ((found.mode & 0o007) !== 0) {
    return [
      bad(
        about,
        `everyone on this host may open ${path} (mode ${mode})`,
        `chmod o= ${path}, and find out who opened it up`,
      ),
    ];
  }
  if (!trusted.has(found.uid)) {
    return [bad(about, `${path} belongs to another user (${found.uid})`, "find out whose it is before you trust it")];
  }
  const open = foldersAbove(path).find((folder) => mayBeReplaced(folder, trusted));
  if (open !== undefined) {
    return [
      bad(
        about,
        `others may put another socket in the place of ${path}: ${open} is theirs to write`,
        `chmod go-w ${open}`,
      ),
    ];
  }
  return [good(about, `${path}, mode ${mode}`)];
}

function mayBeReplaced(folder: string, trusted: ReadonlySet<number>): boolean {
  const found = look(folder);
  if (found === undefined) return false;
  const sticky = (found.mode & 0o1000) !== 0;
  return !trusted.has(found.uid) || ((found.mode & 0o022) !== 0 && !sticky);
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
