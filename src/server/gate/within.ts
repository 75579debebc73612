/** Gives what `work` gives, or `late()` when it has taken too long; what `work` does after that is lost. */
export type TimeLimit = <T>(work: Promise<T>, late: () => T | Promise<T>) => Promise<T>;

interface Waiting {
  readonly due: number;
  readonly ring: () => void;
}

/** Makes a limit of so many milliseconds. One timer serves all that is under way, as hardly anything is ever late. */
export function limitTime(limitMs: number): TimeLimit {
  // The order in which they began is the order in which they are due
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;

  function arm(): void {
    const [first] = waiting;
    if (first === undefined || timer !== undefined) return;
    timer = setTimeout(ring, Math.max(1, first.due - performance.now()));
    // Whoever waits for an answer has a socket, which keeps the process
    timer.unref();
  }

  function ring(): void {
    timer = undefined;
    const now = performance.now();
    for (const each of waiting) {
      if (each.due > now) break;
      waiting.delete(each);
      each.ring();
    }
    arm();
  }

  return (work, late) =>
    new Promise((resolve, reject) => {
      const one: Waiting = {
        due: performance.now() + limitMs,
        ring: () => {
          Promise.resolve().then(late).then(resolve, reject);
        },
      };
      waiting.add(one);
      arm();
      const over = (): void => {
        waiting.delete(one);
      };
      work.then(over, over);
      work.then(resolve, reject);
    });
}

/** What `work` gives, or `late()` once `limitMs` have passed without it; what `work` does after that is lost. */
export function within<T>(limitMs: number, work: Promise<T>, late: () => T | Promise<T>): Promise<T> {
  return limitTime(limitMs)(work, late);
}
