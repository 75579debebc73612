import { closeSync, readFileSync } from "node:fs";
import { Failure } from "./errors.ts";

/** Where a shell puts the words that it was given, each ended by a zero. */
const wordsFile = 8;

/**
 * Reads them; what is no UTF-8 in them is not kept, but each is where it was. Throws Failure("failed") where they did not
 * come whole: what is missing would be taken for a command without an id.
 */
export function readHandedWords(): string[] {
  const words = readAll().split("\0");
  if (words.length < 2 || words.pop() !== "") {
    throw new Failure("failed", "the words of the command did not come through whole");
  }
  return words;
}

function readAll(): string {
  try {
    const text = readFileSync(wordsFile, "utf8");
    closeSync(wordsFile);
    return text;
  } catch (cause) {
    throw new Failure("failed", "the words of the command did not come through", { cause });
  }
}
