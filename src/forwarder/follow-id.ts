import { Failure } from "../errors.ts";
import type { IdSource } from "./connection.ts";

/** Whoever has just kept another id waits no longer than this for it to be used. */
const freshMs = 2000;
/** A keychain that does not answer is not asked again and again: each question holds a thread. */
const troubledMs = 30_000;

/**
 * Gives the id that is kept at the time, so that a change of it holds for connections that are yet to come. While the
 * keychain cannot be read, because it was locked meanwhile, the last one stands: the engine knows whether it is still
 * good. One that was forgotten is used no more.
 */
export function followId(read: () => Promise<string>, now: () => number = () => performance.now()): IdSource {
  let last: string | undefined;
  let until = Number.NEGATIVE_INFINITY;
  let reading: Promise<string> | undefined;
  const readAgain = async (): Promise<string> => {
    try {
      last = await read();
      until = now() + freshMs;
    } catch (error) {
      if (last === undefined || !(error instanceof Failure) || error.code !== "no_keychain") throw error;
      until = now() + troubledMs;
    } finally {
      reading = undefined;
    }
    return last;
  };
  return () => {
    if (last !== undefined && now() < until) return Promise.resolve(last);
    reading ??= readAgain();
    return reading;
  };
}
