import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { askDocker, type DockerParts } from "../../src/explain/ask-docker.ts";
import { node } from "../support/node.ts";
import { until } from "../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
afterAll(() => rmSync(folder, { recursive: true }));
const scratch = join(folder, "tmp");
beforeEach(() => {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
});

const asks = (target: string) => `'${node}' -e '
  require("http").get({ socketPath: process.env.DOCKER_HOST.slice(7), path: "${target}" }, (r) => r.resume());'`;

/** Runs a script in docker's place. */
function run(script: string, more: Partial<DockerParts> = {}, words: readonly string[] = ["ps"]) {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "docker"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "docker"), 0o755);
  return askDocker(words, {
    explain: async (request) => ({
      action: request.target.includes("ping") ? "system.ping" : "container.list",
      op: "read",
      handshake: request.target.includes("ping"),
      stream: false,
      touches: [],
      verdict: request.target.includes("refused") ? "refused" : "allowed",
      reasons: request.target.includes("refused") ? [{ why: "no" }] : [],
    }),
    read: async () => ({ status: 200, headers: {}, body: Buffer.from("[]") }),
    timeLimitMs: 60_000,
    ...more,
    environment: { PATH: `${bin}:${process.env["PATH"]}`, TMPDIR: scratch, ...more.environment },
  });
}

/** Nobody may have waited for it yet. */
function isGone(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").includes(" Z ");
  } catch {
    return true;
  }
}

describe("the docker that is run", () => {
  it("is given the words, a private engine and home, no input, and nothing of ours", async () => {
    const environment = {
      DOCKER_HOST: "tcp://prod:2375",
      DOCKER_CONTEXT: "prod",
      DOCKER_CONFIG: join(folder, "config"),
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CUSTOM_HEADERS: "X-Docker-Id=dkid_secret",
      DOCKER_ID_TOKEN: "dkid_secret",
      DOCKER_ID_SECRET: "secret",
      BUILDX_BUILDER: "prod",
      DOCKER_CONTENT_TRUST: "1",
      DOCKER_API_VERSION: "1.41",
      LANG: "C.UTF-8",
    };
    const seen = join(folder, "seen");
    const script = `${asks("/v1.41/containers/json")}
      { echo "words $*"; env; ls -ld "$DOCKER_CONFIG" "$(dirname "$DOCKER_CONFIG")" | cut -c1-10; cat "$DOCKER_CONFIG/config.json"; cat; } > ${seen}`;
    await run(script, { environment }, ["run", "--name", "a b"]);
    const said = readFileSync(seen, "utf8");
    expect(said).toContain("words run --name a b\n");
    expect(said).toMatch(new RegExp(`^DOCKER_HOST=unix://${scratch}/docker-id-explain-\\w+/engine.sock$`, "m"));
    expect(said).toMatch(/^DOCKER_API_VERSION=1.41$/m);
    expect(said).toContain("drwx------");
    expect(said).toContain("{}");
    for (const word of ["prod", "secret", "DOCKER_TLS", "DOCKER_CONTEXT", "CONTENT_TRUST", "BUILDX"]) {
      expect(said).not.toContain(word);
    }
  });

  it("leaves nothing behind", async () => {
    await run(asks("/v1.41/containers/json"));
    expect(readdirSync(scratch)).toEqual([]);
    await expect(run("echo docker: no >&2; exit 125")).rejects.toThrow();
    expect(readdirSync(scratch)).toEqual([]);
  });

  it("finds the user's own builder, and no other plugin of his", async () => {
    const plugins = join(folder, "config", "cli-plugins");
    mkdirSync(plugins, { recursive: true });
    for (const name of ["docker-buildx", "docker-id"]) writeFileSync(join(plugins, name), "#!/bin/sh\n");
    const seen = join(folder, "plugins");
    const script = `${asks("/v1.41/containers/json")}
      find -L "$DOCKER_CONFIG/cli-plugins" -type f > ${seen}`;
    await run(script, { environment: { DOCKER_CONFIG: join(folder, "config") } });
    expect(readFileSync(seen, "utf8").trim()).toMatch(/cli-plugins\/docker-buildx$/);
  });
});

describe("what it asked", () => {
  it("is complete when docker came to its end", async () => {
    const outcome = await run(asks("/v1.41/containers/json"));
    expect(outcome).toMatchObject({
      verdict: "allowed",
      complete: true,
      requests: [{ target: "/v1.41/containers/json" }],
    });
    expect(outcome).not.toHaveProperty("complaint");
  });

  it("is complete when docker stopped at a refusal", async () => {
    const outcome = await run(`${asks("/refused")}\necho 'Error response from daemon: no' >&2; exit 1`);
    expect(outcome).toMatchObject({ verdict: "refused", complete: true });
  });

  it("is not, when docker failed for a reason of its own", async () => {
    const script = `${asks("/v1.41/containers/json")}\nprintf 'WARNING: x\\nError: \\033[2Jodd\\nSee --help\\n' >&2; exit 1`;
    expect(await run(script)).toMatchObject({
      verdict: "allowed",
      complete: false,
      complaint: "Error: \\u001b[2Jodd",
    });
  });

  it("is misuse when docker takes no such command", async () => {
    for (const before of ["", asks("/_ping")]) {
      const failure = await run(`${before}\necho 'docker: no such flag' >&2; exit 125`).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(Failure);
      expect(failure).toMatchObject({ code: "misuse", hint: "docker said: docker: no such flag" });
    }
  });

  it("ends with the time limit, and docker with what it started", async () => {
    const pids = join(folder, "pids");
    const asked = await run(`sleep 1000 & echo $! $$ > ${pids}\nwait`, { timeLimitMs: 3000 });
    expect(asked).toEqual({ verdict: "allowed", complete: false, requests: [] });
    for (const pid of readFileSync(pids, "utf8").trim().split(" ")) {
      await until("it is gone", () => isGone(pid));
    }
  });

  it("fails where no socket can be opened", async () => {
    const long = join(scratch, "x".repeat(120));
    mkdirSync(long);
    const asked = run(asks("/_ping"), { environment: { TMPDIR: long } });
    await expect(asked).rejects.toMatchObject({ code: "failed", hint: expect.stringContaining("TMPDIR") as string });
    expect(readdirSync(long)).toEqual([]);
  });

  it("fails as soon as the verifier fails", async () => {
    const gone = { explain: () => Promise.reject(new Failure("no_verifier", "gone")) };
    await expect(run(`${asks("/_ping")}\nsleep 1000`, gone)).rejects.toMatchObject({ code: "no_verifier" });
  });

  it("needs a docker", async () => {
    const asked = run("", { environment: { PATH: "/nowhere" } });
    await expect(asked).rejects.toMatchObject({ code: "failed", message: "there is no docker on the PATH" });
  });
});
