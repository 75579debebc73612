import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { Failure } from "../../errors.ts";

/** What a file of keys or certificates held. */
export interface ReadFile {
  readonly text: string;
  /** Whether others than its owner and its group may read it. */
  readonly open: boolean;
}

const mostBytes = 256 * 1024;

/** Reads a small file; rejects with Failure("failed") in a sentence that names it. */
export async function readSmallFile(path: string, what: string): Promise<ReadFile> {
  // A pipe with no writer would hold the server up for good
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    throw new Failure("failed", `${what} ${describe(cause.code)}`, { hint: hintFor(cause.code), cause });
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Failure("failed", `${what} is no file`);
    if (found.size > mostBytes) throw new Failure("failed", `${what} is larger than keys and certificates are`);
    return { text: await handle.readFile("latin1"), open: (found.mode & 0o004) !== 0 };
  } finally {
    await handle.close();
  }
}

function describe(code: string | undefined): string {
  if (code === "ENOENT") return "is not there";
  if (code === "EACCES" || code === "EPERM") return "may not be read by this server";
  return `cannot be read (${code ?? "unknown"})`;
}

function hintFor(code: string | undefined): string {
  if (code === "EACCES" || code === "EPERM") return "give the file to the user that the server runs as";
  return "name the file in the settings, or make a pair: docker-id registry keys";
}
