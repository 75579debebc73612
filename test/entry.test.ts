import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { node } from "./support/node.ts";
import type { RunOptions } from "./support/run.ts";
import { run } from "./support/run.ts";
import { allowed, failed } from "./support/verdicts.ts";
import { entry } from "./support/verifier.ts";

const home = mkdtempSync(join(tmpdir(), "docker-id-"));
afterAll(() => rmSync(home, { recursive: true }));
const env = { HOME: home, DOCKER_ID_CONFIG_DIR: join(home, "config"), DOCKER_ID_KEYCHAIN: "file" };
const id = async (args: readonly string[], options: RunOptions = {}) =>
  await run(node, [entry, ...args], { ...options, env: { ...env, ...options.env } });

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
  version: string;
};

describe("what is answered before oclif is loaded", () => {
  it("docker's question for metadata", async () => {
    expect(JSON.parse(allowed(await id(["docker-cli-plugin-metadata"])))).toEqual({
      SchemaVersion: "0.1.0",
      Vendor: expect.any(String),
      Version: version,
      ShortDescription: expect.any(String),
    });
  });
  it("the version", async () => {
    expect(allowed(await id(["--version"]))).toBe(`docker-id ${version}`);
    expect(allowed(await id(["id", "--version"]))).toBe(`docker-id ${version}`);
  });
  it("the default id of the environment", async () => {
    expect(allowed(await id(["show"], { env: { DOCKER_ID_TOKEN: "dkid_x" } }))).toBe("dkid_x");
  });
});

describe("help", () => {
  it.each([[["--help"]], [["help"]], [["help", "id"]], [["id", "--help"]], [["id"]], [[]]])(
    "%j lists the commands",
    async (args) => {
      expect(allowed(await id(args))).toMatch(/COMMANDS[\s\S]*create [\s\S]*init /);
    },
  );
  it.each([[["create", "--help"]], [["help", "id", "create"]], [["id", "create", "-h"]]])(
    "%j tells of one",
    async (args) => {
      expect(allowed(await id(args))).toMatch(/--container-id/);
    },
  );
});

describe("errors", () => {
  it.each<[string[], number]>([
    [["frobnicate"], 2],
    [["create", "--frobnicate"], 2],
    [["create", "--op"], 2],
    [["-H"], 2],
    [["-H", "a", "-H", "b", "show"], 2],
    [["-H", "fd://3", "show"], 2],
    [["--context", "gone", "show"], 1],
    [["show"], 4],
  ])("%j leaves with %i, one sentence on stderr and nothing on stdout", async (args, status) => {
    const outcome = await id(args);
    expect(failed(outcome, status)).toMatch(/^docker-id: .+\n( {2}.+\n)?$/);
    expect(outcome.stdout).toBe("");
  });

  it("are one JSON object on stdout with --json", async () => {
    const outcome = await id(["create", "--json"]);
    expect(outcome).toMatchObject({ status: 2, stderr: "" });
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      code: "misuse",
      message: expect.any(String),
      hint: expect.any(String),
    });
    const plain = await id(["show", "--", "--json"]);
    expect(plain.stdout).toBe("");
  });

  it("do not repeat what may be a secret", async () => {
    for (const args of [["init", "hunter2"], ["init", "--secrte=hunter2"], ["dkid_hunter2"], ["set", "a", "hunter2"]]) {
      const { stdout, stderr, status } = await id(args);
      expect(status).toBe(2);
      expect(stdout + stderr).not.toContain("hunter2");
    }
  });
});

describe("its surroundings", () => {
  it("a Node too old is told so in one sentence, before anything is loaded", async () => {
    const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.19.2'})";
    const outcome = await run(node, ["--import", older, entry, "show"], { env });
    expect(outcome).toMatchObject({ status: 1, stdout: "" });
    expect(outcome.stderr).toMatch(/^docker-id needs Node 24 or later; this is 20\.19\.2\. [^\n]*\n$/);
  });

  it("a reader who has seen enough ends it quietly", async () => {
    const asked = spawn(node, [entry, "create", "--help"], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    asked.stdout.destroy();
    let said = "";
    asked.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(asked, "close")).toEqual([0, null]);
    expect(said).toBe("");
  });

  it.skipIf(process.platform !== "linux")(
    "a keychain that never answers does not keep it from ending (Linux)",
    async () => {
      const silent = createServer(() => {}).listen(join(home, "bus"));
      await once(silent, "listening");
      const quiet = { DOCKER_ID_KEYCHAIN: "os", DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, "bus")}` };
      const outcome = await id(["show"], { env: quiet, timeoutMs: 15_000 });
      silent.close();
      failed(outcome, 4, /OS keychain/);
    },
  );

  it("compiled code is kept where nobody else can put any", async () => {
    await id(["--version"]);
    expect(statSync(join(home, ".cache", "docker-id")).mode & 0o077).toBe(0);
    const shared = join(home, "shared");
    mkdirSync(shared, { mode: 0o777 });
    chmodSync(shared, 0o777);
    allowed(await id(["--version"], { env: { HOME: shared } }));
    expect(existsSync(join(shared, ".cache", "docker-id", "compiled"))).toBe(false);
  });
});
