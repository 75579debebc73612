import type { Gate } from "../../gate.ts";

/** An exchange that is under way, and by what it may be ended. */
export interface Watched {
  readonly token: string;
  /** The gate's version from before the id was last found good. */
  readonly version: number;
  readonly expires: Date | undefined;
  /** Ends it, in the middle of whatever it does. */
  readonly cut: (why: "expired" | "revoked") => void;
}

/** Cuts what is under way when its id expires, or no longer stands. */
export interface Watch {
  /** Gives what ends the watching. */
  add(watched: Watched): () => void;
  close(): void;
}

/** The longest that a revoked id's streams live on. */
const sweepMs = 250;

interface Entry {
  readonly watched: Watched;
  version: number;
  timer?: NodeJS.Timeout;
}

/** Makes a watch. */
export function createWatch(gate: Pick<Gate, "stands" | "version">, clock: () => Date): Watch {
  const open = new Set<Entry>();

  async function ask(entry: Entry, version: number): Promise<void> {
    entry.version = version;
    if (!(await gate.stands(entry.watched.token)) && open.has(entry)) entry.watched.cut("revoked");
  }

  /** Most exchanges are over long before they need a timer of their own. */
  function arm(entry: Entry, now: number): void {
    const { expires, cut } = entry.watched;
    if (expires === undefined || entry.timer !== undefined) return;
    const leftMs = expires.getTime() - now;
    if (leftMs < 2 * sweepMs) entry.timer = setTimeout(() => cut("expired"), Math.max(0, leftMs));
  }

  function sweep(): void {
    if (open.size === 0) return;
    const version = gate.version();
    const now = clock().getTime();
    for (const entry of open) {
      if (entry.version !== version) void ask(entry, version);
      arm(entry, now);
    }
  }
  const timer = setInterval(sweep, sweepMs);
  timer.unref();

  return {
    add(watched) {
      const entry: Entry = { watched, version: watched.version };
      open.add(entry);
      if (watched.expires !== undefined) arm(entry, clock().getTime());
      return () => {
        open.delete(entry);
        clearTimeout(entry.timer);
      };
    },
    close() {
      clearInterval(timer);
      for (const entry of open) clearTimeout(entry.timer);
      open.clear();
    },
  };
}
