import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { formatPlan, type Plan } from "../../src/shell/plan.ts";

/** What a program that the plan becomes is given. */
function become(shell: string, plan: Plan, words: readonly string[], env: NodeJS.ProcessEnv = {}): string[] {
  const printed = execFileSync(shell, ["-c", 'plan=$1; shift; eval "$plan"', "sh", formatPlan(plan), ...words], {
    encoding: "latin1",
    // bash takes a pipe there for a sign that it was called from afar, and reads a person's settings
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], ...env },
  });
  return printed.split("\0").slice(0, -1);
}

const printAll = ["sh", "-c", 'printf "%s\\0" "$A" "${B-gone}" "$@"', "sh"];

describe.each(["/bin/sh", "/bin/bash"])("as %s reads it", (shell) => {
  it("hands on the words that are meant, whatever is in them", () => {
    const words = ["--id", "secret", "a b", "$(touch x)", "'\"`", "", "line\nend", "*", "-n", "x", "eleventh"];
    const plan = { environment: {}, first: printAll, places: [2, 3, 4, 5, 6, 7, 8, 10] };
    expect(become(shell, plan, words)).toEqual(["", "gone", ...words.slice(2, 9), "eleventh"]);
  });

  it("sets and takes away variables, whatever is in them", () => {
    const plan = { environment: { A: "it's $HOME\n`x`", B: undefined }, first: printAll, places: [] };
    expect(become(shell, plan, [], { A: "before", B: "before" })).toEqual(["it's $HOME\n`x`", "gone"]);
  });
});
