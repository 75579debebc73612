import { constants, lstatSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditLine } from "../../protocol/admin.ts";
import { parseLine } from "./line.ts";
import { logPaths } from "./log-file.ts";

/** What is read of the log. */
export interface ReadOptions {
  /** Refusals alone. */
  readonly refused?: boolean;
  /** Goes on with what is written from now on, until `signal`. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

const pollMs = 200;
/** No line of ours is longer; what is, is skipped. */
const longestLine = 1024 * 1024;

/** Reads a log from its oldest line on, through what was rotated; skips what is no line. */
export async function* readLog(
  log: { readonly path: string; readonly keep: number },
  { refused = false, follow = false, signal }: ReadOptions,
): AsyncGenerator<AuditLine, void> {
  let last: Opened | undefined;
  try {
    for (;;) {
      if (last !== undefined) yield* wanted(last, refused, signal);
      for (const next of await openNewer(log, last?.ino)) {
        if (last !== undefined) {
          yield* wanted(last, refused, signal); // what came before it was rotated
          await last.handle.close();
        }
        last = next;
        yield* wanted(last, refused, signal);
      }
      if (!follow || signal?.aborted === true) return;
      await sleep(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  } finally {
    await last?.handle.close();
  }
}

interface Opened {
  readonly handle: FileHandle;
  readonly ino: bigint;
  position: number;
  /** The beginning of a line whose end is not there yet. */
  rest: string;
}

/** Opens, oldest first, the files that are newer than one. From the newest on, so that a rotation meanwhile hides none. */
async function openNewer({ path, keep }: { path: string; keep: number }, than: bigint | undefined): Promise<Opened[]> {
  const newer: Opened[] = [];
  for (const each of logPaths(path, keep)) {
    const stats = lstatSync(each, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile() || newer.some(({ ino }) => ino === stats.ino)) continue;
    if (stats.ino === than) break;
    const handle = await open(each, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
    if (handle === undefined) continue;
    const { ino } = await handle.stat({ bigint: true });
    if (newer.some((other) => other.ino === ino) || ino === than) await handle.close();
    else newer.unshift({ handle, ino, position: 0, rest: "" });
  }
  return newer;
}

async function* wanted(file: Opened, refused: boolean, signal: AbortSignal | undefined): AsyncGenerator<AuditLine> {
  const buffer = Buffer.alloc(64 * 1024);
  for (;;) {
    if (signal?.aborted === true) return;
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, file.position);
    if (bytesRead === 0) return;
    file.position += bytesRead;
    const lines = (file.rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
    file.rest = lines.pop() ?? "";
    if (file.rest.length > longestLine) file.rest = "";
    for (const text of lines) {
      const line = parseLine(text);
      if (line !== undefined && (!refused || line.verdict === "refused")) yield line;
    }
  }
}
