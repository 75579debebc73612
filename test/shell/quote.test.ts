import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { quoteWords } from "../../src/shell/quote.ts";
import { needs } from "../support/needs.ts";

const words = [
  "",
  " ",
  "a b",
  "it's",
  '"',
  "\\",
  "\\'",
  "a\\",
  "$HOME",
  "`id`",
  "$(id)",
  "*",
  "~",
  "a\nb",
  "!!",
  "é",
  "-n",
  "\\n",
];

describe.each(["bash", "zsh", "fish"] as const)("quoting for %s", (shell) => {
  const missing = needs(shell);
  it.skipIf(missing !== undefined)(`gives every word as it is${missing ?? ""}`, () => {
    const script = `printf '%s\\0' ${quoteWords(shell, words)}`;
    expect(execFileSync(shell, ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1)).toEqual(words);
  });
});
