import type { Shell } from "./shells.ts";

/** One word of a shell, whatever is in it. */
export function quoteWord(shell: Shell, word: string): string {
  if (shell === "fish") return `'${word.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Words as a shell reads them. */
export function quoteWords(shell: Shell, words: readonly string[]): string {
  return words.map((word) => quoteWord(shell, word)).join(" ");
}
