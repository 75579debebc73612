import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { coloursOf } from "../src/colour.ts";
import { node } from "./support/node.ts";
import { needs } from "./support/needs.ts";
import { run } from "./support/run.ts";
import { allowed } from "./support/verdicts.ts";
import { entry } from "./support/verifier.ts";

const escape = String.fromCharCode(27);

async function onTerminal(env: Record<string, string>): Promise<string> {
  return (await run("script", ["-qec", `${node} ${entry} create --help`, "/dev/null"], { env })).stdout;
}

describe("colour", () => {
  it.each([
    [true, {}, true],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    [true, { TERM: "dumb" }, false],
    [false, {}, false],
    [false, { FORCE_COLOR: "3" }, false],
  ])("on a terminal: %j, with %j: %j", (isTTY, environment, coloured) => {
    expect(coloursOf({ isTTY }, environment).red("x").includes(escape)).toBe(coloured);
    expect(coloursOf({}, environment).red("x")).toBe("x");
  });

  const commands = readdirSync(new URL("../src/commands", import.meta.url)).map((file) => file.replace(/\.ts$/, ""));

  it.each(commands)("is not in the help of %s in a pipe, even if it is forced", async (command) => {
    const forced = { FORCE_COLOR: "3", CLICOLOR_FORCE: "1", TERM: "xterm-256color", COLORTERM: "truecolor" };
    expect(allowed(await run(node, [entry, command, "--help"], { env: forced }))).not.toContain(escape);
    const wrong = await run(node, [entry, command, "--frobnicate"], { env: forced });
    expect(wrong.stderr + wrong.stdout).not.toContain(escape);
  });

  const missing = needs("script");
  it.skipIf(missing !== undefined)(`is in the help on a terminal, unless NO_COLOR is set${missing ?? ""}`, async () => {
    expect(await onTerminal({ TERM: "xterm" })).toContain(`${escape}[1m`);
    expect(await onTerminal({ TERM: "xterm", NO_COLOR: "1" })).not.toContain(escape);
  });
});
