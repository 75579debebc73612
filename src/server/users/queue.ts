import { Failure } from "../../errors.ts";

/** Runs so many tasks at once, lets so many wait in their order, and rejects more with Failure("failed"). */
export function createQueue(running: number, waiting: number): <T>(task: () => Promise<T>) => Promise<T> {
  let active = 0;
  const queue: (() => void)[] = [];
  return async (task) => {
    if (active >= running) {
      if (queue.length >= waiting) {
        throw new Failure("failed", "too many passwords wait to be verified", { hint: "try again in a few seconds" });
      }
      // Whoever ends hands its place on
      await new Promise<void>((resolve) => queue.push(resolve));
    } else active += 1;
    try {
      return await task();
    } finally {
      const next = queue.shift();
      if (next === undefined) active -= 1;
      else next();
    }
  };
}
