import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPlain } from "../src/is-plain.ts";
import { readBeside } from "../src/read-beside.ts";

describe("a shell's own docker", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-"));
    mkdirSync(join(folder, "told"));
    writeFileSync(join(folder, "told", "config.json"), '{"HttpHeaders":{"x-docker-id":"dkid_x"}}');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const plain = (line: string, environment: NodeJS.ProcessEnv = {}) => {
    const words = `docker ${line}`.split(" ");
    const call = readBeside(words);
    return call === undefined || isPlain(call, words, { DOCKER_CONFIG: folder, ...environment });
  };

  it.each(["ps", "run alpine true", "compose up", "--id ID context ls", "context --id=ID ls", "ps --as ci", "-D ps"])(
    "goes under an id: docker %s",
    (line) => {
      expect(plain(line)).toBe(line === "context --id=ID ls");
    },
  );

  it.each([
    "",
    "--help",
    "--version",
    "context ls",
    "id show",
    "id create --id x",
    "completion bash",
    "unheard-of --id x",
  ])("is itself: docker %s", (line) => {
    expect(plain(line)).toBe(true);
  });

  it("is itself where docker was told which id to send, unless another is asked for", () => {
    const variable = { DOCKER_CUSTOM_HEADERS: "A=b,x-docker-id=dkid_x" };
    expect(plain("ps", variable)).toBe(true);
    expect(plain("ps --id ID", variable)).toBe(false);
    expect(plain("ps", { DOCKER_CUSTOM_HEADERS: "A=x-docker-id" })).toBe(false);
    expect(plain("ps", { DOCKER_CONFIG: join(folder, "told") })).toBe(true);
    expect(plain(`--config ${join(folder, "told")} ps`)).toBe(true);
  });
});
