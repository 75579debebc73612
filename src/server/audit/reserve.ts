import { randomFillSync } from "node:crypto";
import { closeSync, constants, fsyncSync, lstatSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Space on the disk that is kept for administration. */
export interface Reserve {
  /** Makes sure that the space is held; false when the disk has no room for it. */
  hold(): boolean;
  /** Gives it up, for administration to write into. */
  release(): void;
  /** Whether the disk has less room than the reserve itself. */
  isScarce(): boolean;
}

/** Keeps `bytes` in a file at `path`; `retryMs` apart it tries again to hold what it could not. */
export function createReserve(options: {
  readonly path: string;
  readonly bytes: number;
  readonly retryMs: number;
  readonly clock: () => Date;
}): Reserve {
  const { path, bytes, retryMs, clock } = options;
  let held = holdsAlready(path, bytes);
  let triedAt: number | undefined;

  const isScarce = (): boolean => {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < bytes;
  };

  return {
    isScarce,
    hold() {
      if (held) return true;
      const now = clock().getTime();
      if (triedAt !== undefined && now >= triedAt && now - triedAt < retryMs) return false;
      triedAt = now;
      held = !isScarce() && fill(path, bytes);
      return held;
    },
    release() {
      held = false;
      triedAt = clock().getTime();
      rmSync(path, { force: true });
    },
  };
}

function holdsAlready(path: string, bytes: number): boolean {
  try {
    const stats = lstatSync(path);
    return stats.isFile() && stats.size === bytes && stats.blocks * 512 >= bytes; // a sparse file would hold nothing
  } catch {
    return false;
  }
}

/** Random bytes, or a file system that compresses would keep no space for them. */
function fill(path: string, bytes: number): boolean {
  try {
    rmSync(path, { force: true });
    const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      const noise = randomFillSync(Buffer.alloc(bytes));
      for (let written = 0; written < bytes;) written += writeSync(descriptor, noise, written);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return true;
  } catch {
    rmSync(path, { force: true });
    return false;
  }
}
