import { closeSync, fsyncSync, openSync } from "node:fs";

/** Flushes a file's or folder's own bytes to the disk; throws the system's error. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The system's own words for an error, for a message of ours. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
