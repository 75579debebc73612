import { lstatSync } from "node:fs";
import type { BigIntStats } from "node:fs";

/** What `lstat` says of a path; undefined where nothing is; throws the system's error where that cannot be told. */
export function look(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

/** The user id that owns what this process makes. */
export function effectiveUid(): number {
  return process.geteuid?.() ?? 0;
}

/** Why a folder cannot be trusted to hold state of `owner`, a sentence; undefined when it can. */
export function folderFault(path: string, stats: BigIntStats, owner: number): string | undefined {
  if (stats.isSymbolicLink()) return `${path} is a symbolic link`;
  if (!stats.isDirectory()) return `${path} is not a folder`;
  if (stats.uid !== BigInt(owner)) return `${path} belongs to user ${stats.uid}, not to user ${owner}`;
  if ((stats.mode & 0o022n) !== 0n) return `${path} can be written by others (chmod 0700)`;
  return undefined;
}

/** Why a file cannot be trusted, likewise; `forbidden` are the permission bits that it must not have. */
export function fileFault(
  path: string,
  stats: BigIntStats,
  owners: readonly number[],
  forbidden: bigint,
): string | undefined {
  if (stats.isSymbolicLink()) return `${path} is a symbolic link`;
  if (!stats.isFile()) return `${path} is not a regular file`;
  if (!owners.some((owner) => stats.uid === BigInt(owner))) return `${path} belongs to user ${stats.uid}`;
  if ((stats.mode & forbidden) !== 0n) {
    return `${path} is open to others (mode ${(stats.mode & 0o7777n).toString(8).padStart(4, "0")})`;
  }
  return undefined;
}
