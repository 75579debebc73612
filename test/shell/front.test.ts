import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { frontLines } from "../../src/shell/front.ts";

it("is what the package's command ends with", () => {
  const command = readFileSync(new URL("../../bin/docker-id", import.meta.url), "utf8");
  expect(command.endsWith(`\n${frontLines('node "$docker_id_entry"')}`)).toBe(true);
});

describe("which calls become a program", () => {
  /** What stands in docker-id's place says how it was called, and has the shell do as much. */
  const stand = `sh -c 'case $1 in accompany) echo "echo beside: $(tr \\\\0 , <&8)"; echo exit 7;; *) echo "plain $*";; esac' sh`;
  const call = (words: string) => {
    try {
      return execFileSync("sh", ["-c", frontLines(stand), "docker-id", ...words.split(" ")], { encoding: "utf8" });
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return `${stdout}${status}`;
    }
  };
  it.each([
    "run alpine",
    "id run alpine",
    "exec -- a",
    "docker ps",
    "-H unix:///e id run alpine",
    "--host=unix:///e -D run alpine",
    "--config run --log-level exec id run alpine",
    "-DH exec run alpine",
  ])("%s does", (words) => {
    expect(call(words)).toBe(`beside: ${words.replaceAll(" ", ",")},\n7`);
  });
  it.each(["show", "id show", "create --op read", "-H run show", "explain -- docker run", "help run"])(
    "%s does not",
    (words) => {
      expect(call(words)).toBe(`plain ${words}\n`);
    },
  );
});

it("fails where docker-id ends without a word", () => {
  expect(() => execFileSync("sh", ["-c", frontLines("true"), "docker-id", "run", "alpine"])).toThrow(
    expect.objectContaining({ status: 1 }),
  );
});
