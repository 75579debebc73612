import { closeSync, readFileSync } from "node:fs";

/** Where a shell puts the words that it was given, each ended by a zero. */
const wordsFile = 8;

/** Reads them; what is no UTF-8 in them is not kept, but each is where it was. */
export function readHandedWords(): string[] {
  const words = readFileSync(wordsFile, "utf8").split("\0").slice(0, -1);
  closeSync(wordsFile);
  return words;
}
