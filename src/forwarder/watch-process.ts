import { readFileSync } from "node:fs";

/** Long enough to cost nothing, short enough that nobody waits for it. */
const everyMs = 250;

/** Tells once when a process that is no child of ours has ended; a look now may be asked for. */
export interface Watch {
  look(): void;
  stop(): void;
}

/** Watches by looking: no system tells of the end of others' children. */
export function watchProcess(pid: number, ended: () => void): Watch {
  const born = birthOf(pid);
  let over = false;
  const look = (): void => {
    if (over || (born !== undefined && birthOf(pid) === born)) return;
    stop();
    ended();
  };
  const timer = setInterval(look, everyMs);
  const stop = (): void => {
    over = true;
    clearInterval(timer);
  };
  return { look, stop };
}

/** What tells a living process from a later one of its number; undefined when it has ended, be it not yet waited for. */
function birthOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // The name before may hold anything; the state is the first field after it, the start the twentieth
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    process.kill(pid, 0);
    return "";
  } catch (error) {
    // It lives, and runs as somebody else
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "" : undefined;
  }
}
