import { describe, expect, it } from "vitest";
import { completionScript } from "../../src/shell/completions.ts";
import { quoteWord } from "../../src/shell/quote.ts";
import { needs } from "../support/needs.ts";
import { node } from "../support/node.ts";
import { run } from "../support/run.ts";
import { allowed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";

const start = [node, entry];

/** What bash would offer; the words as bash parts them, at = and : too. */
async function complete(line: string, ...words: string[]): Promise<string[]> {
  const set = [`COMP_LINE=${quoteWord("bash", line)}`, "COMP_POINT=${#COMP_LINE}"];
  const parted = `COMP_WORDS=(${words.map((word) => quoteWord("bash", word)).join(" ")}); COMP_CWORD=${words.length - 1}`;
  const script = [completionScript("bash", start), ...set, parted, "_docker_id", 'printf "%s\\n" "${COMPREPLY[@]}"'];
  return allowed(await run("bash", ["--norc", "-c", script.join("\n")])).split("\n");
}

describe("bash", () => {
  it("offers commands, flags and values", async () => {
    expect(await complete("docker-id crea", "docker-id", "crea")).toEqual(["create"]);
    expect(await complete("docker-id create --op ", "docker-id", "create", "--op", "")).toContain("read");
    expect(await complete("docker-id  create   --pres", "docker-id", "create", "--pres")).toEqual(["--preset"]);
  });

  it("puts together what bash parts, and gives only what it would replace", async () => {
    expect(await complete("docker-id create --op=w", "docker-id", "create", "--op", "=", "w")).toEqual(["write"]);
    expect(
      await complete("docker-id create --scope image:r", "docker-id", "create", "--scope", "image", ":", "r"),
    ).toEqual(["read"]);
    expect(await complete("docker-id create --scope image:", "docker-id", "create", "--scope", "image", ":")).toContain(
      "read",
    );
  });

  it("offers files where a file is meant", async () => {
    const folder = new URL("..", import.meta.url).pathname;
    expect(
      await complete(`docker-id serve --config ${folder}tsc`, "docker-id", "serve", "--config", `${folder}tsc`),
    ).toEqual([`${folder}tsconfig.json`]);
  });

  it("completes in the middle of a line", async () => {
    const script = [
      completionScript("bash", start),
      "COMP_LINE='docker-id cre --op read'; COMP_POINT=13; COMP_WORDS=(docker-id cre --op read); COMP_CWORD=1",
      "_docker_id",
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ];
    expect(allowed(await run("bash", ["--norc", "-c", script.join("\n")]))).toBe("create");
  });
});

const noFish = needs("fish");
describe.skipIf(noFish !== undefined)(`fish${noFish ?? ""}`, () => {
  it.each([
    ["docker-id crea", /^create\t/],
    ["docker-id create --op rea", /^read$/m],
    ["docker-id create --op ", /^write$/m],
  ])("%s", async (line, expected) => {
    const script = `${completionScript("fish", start)}\ncomplete -C ${quoteWord("fish", line)}`;
    expect(allowed(await run("fish", ["--no-config", "-c", script], { env: { HOME: "/nonexistent" } }))).toMatch(
      expected,
    );
  });
});

const noZsh = needs("zsh");
it.skipIf(noZsh !== undefined)(`zsh reads its script, with compinit or without${noZsh ?? ""}`, async () => {
  const script = completionScript("zsh", start);
  allowed(await run("zsh", ["-f", "-c", script]));
  const after = `autoload -U compinit; compinit -D -u\n${script}\nprint $_comps[docker-id]`;
  expect(allowed(await run("zsh", ["-f", "-c", after]))).toBe("_docker-id");
});
