import { Failure } from "../errors.ts";

/** One thing that was looked at. A `note` is neither good nor bad, and changes no exit status. */
export interface Finding {
  /** A word or two: `verifier`. */
  readonly about: string;
  readonly verdict: "good" | "note" | "bad";
  readonly said: string;
  /** What to do. */
  readonly advice?: string;
}

/** What was looked at and is as it should be. */
export function good(about: string, said: string): Finding {
  return { about, verdict: "good", said };
}

/** What a person may want to know. */
export function note(about: string, said: string, advice?: string): Finding {
  return { about, verdict: "note", said, ...(advice === undefined ? {} : { advice }) };
}

/** What does not work, or is not safe. */
export function bad(about: string, said: string, advice: string | undefined): Finding {
  return { about, verdict: "bad", said, ...(advice === undefined ? {} : { advice }) };
}

/** Looks, and takes a failure for what was found. */
export async function examine(about: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Failure) return [bad(about, error.message, error.hint)];
    throw error;
  }
}
