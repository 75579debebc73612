import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** A file that lines are appended to, each in one write. */
export interface LogFile {
  /** Appends whole lines; throws the system's error when they could not all be written. */
  append(lines: string): void;
  close(): void;
}

/** The names of a log and of what was rotated out of it, newest first. */
export function logPaths(path: string, keep: number): string[] {
  return [path, ...Array.from({ length: keep }, (_, index) => `${path}.${index + 1}`)];
}

/**
 * Opens a log (0600) for appending; throws the system's error. It is rotated before it would grow past `maxBytes`,
 * `keep` older files are kept, and it is opened anew when somebody else moves or removes it.
 */
export function openLogFile(options: {
  readonly path: string;
  readonly maxBytes: number;
  readonly keep: number;
}): LogFile {
  const { path, maxBytes, keep } = options;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let file = openFile(path);

  function reopen(): void {
    const former = file.descriptor;
    file = openFile(path); // when this fails, the former one stays, and is found out again next time
    closeSync(former);
  }

  function rotate(): void {
    const [first = path, ...older] = logPaths(path, keep);
    if (older.length === 0) rmSync(first, { force: true });
    for (const [index, to] of [...older.entries()].toReversed()) {
      const from = index === 0 ? first : older[index - 1];
      if (from !== undefined && lstatSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
    }
    reopen();
  }

  return {
    append(lines) {
      const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (stats?.ino !== file.ino || stats.dev !== file.dev) reopen();
      // the rest of a line that a full disk cut off stays on a line of its own
      const bytes = Buffer.from(file.torn ? `\n${lines}` : lines, "utf8");
      const size = Number(stats?.size ?? 0);
      if (size > 0 && size + bytes.length > maxBytes) rotate();
      for (let written = 0; written < bytes.length;) {
        written += writeSync(file.descriptor, bytes, written); // all of it, unless the disk is full
        file.torn = written < bytes.length;
      }
    },
    close() {
      closeSync(file.descriptor);
    },
  };
}

interface OpenFile {
  readonly descriptor: number;
  readonly ino: bigint;
  readonly dev: bigint;
  /** Its last line has no end. */
  torn: boolean;
}

function openFile(path: string): OpenFile {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
    if ((stats.mode & 0o022n) !== 0n) throw new Error(`${path} can be written by others (chmod 0600)`);
    return { descriptor, ino: stats.ino, dev: stats.dev, torn: stats.size > 0n && !endsWithLineFeed(path) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function endsWithLineFeed(path: string): boolean {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const last = Buffer.alloc(1);
    readSync(descriptor, last, 0, 1, fstatSync(descriptor).size - 1);
    return last[0] === 0x0a;
  } finally {
    closeSync(descriptor);
  }
}
