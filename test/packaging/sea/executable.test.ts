import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secret } from "../../commands/on-a-desk.ts";
import { startStubEngine, type StubEngine } from "../../commands/stub-engine.ts";
import { openSession } from "../../support/keyring.ts";
import { freePort } from "../../support/free-port.ts";
import { needs } from "../../support/needs.ts";
import { node } from "../../support/node.ts";
import { run, type RunOptions } from "../../support/run.ts";
import { personOf } from "../../support/stage.ts";
import { until } from "../../support/until.ts";
import { allowed, failed } from "../../support/verdicts.ts";
import { openWorkspace, type Workspace } from "../../support/workspace.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

function missing(): string | undefined {
  if (process.platform !== "linux") return "it is built on Linux alone";
  if (!existsSync(`${repository}node_modules/esbuild`)) return "it needs esbuild";
  if (statSync(node).size < 50_000_000) return "it needs a Node that is one file";
  return needs("root");
}

const why = missing();

describe.skipIf(why !== undefined)(`the single executable${why === undefined ? "" : ` (${why})`}`, () => {
  let workspace: Workspace;
  let engine: StubEngine;
  let executable: string;
  let registry: string;
  let env: Record<string, string>;
  const id = async (args: readonly string[], options: RunOptions = {}) =>
    await run(executable, args, { ...options, env: { ...env, ...options.env } });

  beforeAll(async () => {
    workspace = openWorkspace();
    executable = workspace.path("bin", "docker-id");
    allowed(await run(node, [`${repository}packaging/sea/build.ts`, executable], { timeoutMs: 110_000 }));
    engine = await startStubEngine(workspace.path("docker.sock"));
    const admin = `unix://${workspace.path("run", "admin.sock")}`;
    mkdirSync(workspace.path("tmp"));
    mkdirSync(workspace.path("docker-bin"));
    writeFileSync(workspace.path("docker-bin", "docker"), '#!/bin/sh\necho "$DOCKER_HOST"\n', { mode: 0o755 });
    // No Node, nor anything else
    env = { ...personOf(workspace, engine.host, admin), PATH: workspace.path("bin"), TMPDIR: workspace.path("tmp") };
    const places = [
      "--state-dir",
      workspace.path("lib", "state"),
      "--guarded-marker",
      workspace.path("lib", "guarded"),
    ];
    const doors = ["--admin", admin, "--authz", `unix:///run/docker/plugins/${workspace.plugin}.sock`];
    mkdirSync(workspace.path("lib"));
    mkdirSync(workspace.path("run"));
    registry = `http://127.0.0.1:${freePort()}`;
    allowed(await id(["registry", "keys", "--out", workspace.path("keys")]));
    const config = ["--config", writeRegistryConfig(workspace, registry)];
    workspace.start(executable, ["serve", ...config, ...places, ...doors, "--docker-host", engine.host], {
      log: workspace.path("log"),
      env,
    });
    await until("the verifier answers", async () => (await id(["status"])).status === 0);
  });
  afterAll(async () => {
    await engine.close();
    await workspace.close();
  });

  it("answers docker, and says what it is", async () => {
    expect(JSON.parse(allowed(await id(["docker-cli-plugin-metadata"])))).toMatchObject({ SchemaVersion: "0.1.0" });
    expect(allowed(await id(["--version"]))).toMatch(/^docker-id \d/);
    expect(allowed(await id(["__complete", "id", "create", "--op", "w"]))).toBe("write\n:4");
  });

  it("has every command that there is", async () => {
    const help = allowed(await id(["--help"]));
    const files = readdirSync(`${repository}src/commands`, { recursive: true, encoding: "utf8" });
    for (const words of files.map((file) => file.replace(/\.ts$/, "").split("/"))) {
      expect(help).toContain(words[0]);
      expect(allowed(await id([...words, "--help"]))).toMatch(/USAGE/);
    }
    failed(await id(["frobnicate"]), 2);
  });

  it("guards, shows, narrows, decodes and takes back, as the verifier and its client", async () => {
    allowed(await id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    const root = allowed(await id(["show"]));
    const narrow = allowed(await id(["create", "--op", "read", "--container-id", "web", "--expires", "1h"]));
    expect(narrow).not.toBe(root);
    expect(allowed(await id(["inspect", "-"], { input: narrow }))).toMatch(/op=read/);
    allowed(await id(["revoke", "-"], { input: narrow }));
    failed(await id(["set", "-"], { input: narrow }), 3, /revoked/);
    expect(allowed(await id(["log", "--json"]))).toContain("admin");
  });

  it("runs programs under an id", async () => {
    const script = 'echo "$DOCKER_HOST"; [ -S "${DOCKER_HOST#unix://}" ] && exit 7';
    const outcome = await id(["exec", "--", "/bin/sh", "-c", script]);
    expect(outcome.status, outcome.stderr).toBe(7);
    expect(outcome.stdout).not.toContain(engine.host);
    const withDocker = { env: { PATH: `${workspace.path("docker-bin")}:/usr/bin:/bin` } };
    expect(allowed(await id(["run", "--rm", "alpine"], withDocker))).toMatch(/^unix:\/\/.+docker\.sock$/);
    const shell = await run("bash", ["-c", `eval "$('${executable}' shell-init bash)"; docker ps; echo $?`], {
      env: { ...env, PATH: `${workspace.path("docker-bin")}:/usr/bin:/bin` },
    });
    expect(shell.stdout).toMatch(/^unix:\/\/.+docker\.sock\n0$/m);
    expect(shell.stdout).not.toContain(engine.host);
  });

  it("verifies the passwords of a registry's users, with bcrypt's addon and without", async () => {
    for (const user of ["static", "listed"]) {
      expect(await statusOf(registry, user, "right words")).toBe(200);
      expect(await statusOf(registry, user, "wrong words")).toBe(401);
    }
    expect(allowed(await id(["registry", "hash"], { input: "right words" }))).toMatch(/^\$scrypt\$/);
    expect(readdirSync(workspace.path("tmp")).filter((name) => name.startsWith(".docker-id-"))).toEqual([]);
  });

  it("is docker id itself, once installed", async () => {
    allowed(await id(["install"]));
    const plugin = `${env["DOCKER_CONFIG"]}/cli-plugins/docker-id`;
    expect(allowed(await run(plugin, ["id", "show"], { env }))).toMatch(/^dkid_/);
    const { findings } = JSON.parse((await id(["doctor", "--json"])).stdout) as {
      findings: { about: string; verdict: string }[];
    };
    expect(findings.find(({ about }) => about === "docker id")).toMatchObject({ verdict: "good" });
  });

  it("is docker's credential helper under that one's name", async () => {
    const helper = workspace.path("bin", "docker-credential-docker-id");
    symlinkSync(executable, helper);
    allowed(await id(["registry", "use", "registry.example.com", "--service", "registry"]));
    const answer = await run(helper, ["get"], { env, input: "registry.example.com\n" });
    expect(JSON.parse(allowed(answer))).toMatchObject({
      ServerURL: "registry.example.com",
      Username: "docker-id",
      Secret: expect.stringMatching(/^dkid_/),
    });
    const other = await run(helper, ["get"], { env, input: "other.example.com" });
    expect(other).toMatchObject({ status: 1, stdout: "credentials not found in native keychain\n" });
  });

  const noKeyring = needs("gnome-keyring", "dbus");
  it.skipIf(noKeyring !== undefined)(
    `keeps ids in the OS keychain, and leaves no file of its addon${noKeyring ?? ""}`,
    async () => {
      const session = await openSession(workspace, "unlocked");
      const own = {
        ...session.env,
        HOME: env["HOME"] ?? "",
        DOCKER_ID_KEYCHAIN: "os",
        DOCKER_ID_CONFIG_DIR: workspace.path("os"),
      };
      const root = allowed(await id(["show"]));
      allowed(await id(["set", "-"], { env: own, input: root }));
      expect(allowed(await id(["show"], { env: own }))).toBe(root);
      expect(allowed(await id(["ls"], { env: own }))).toContain("default");
      const { XDG_RUNTIME_DIR: runtime = "" } = session.env;
      for (const place of [runtime, workspace.path("tmp"), env["HOME"] ?? ""]) {
        expect(readdirSync(place).filter((name) => name.startsWith(".docker-id-"))).toEqual([]);
      }
      // Where one folder forbids execution another is taken
      const noMounts = needs("mounts");
      if (noMounts === undefined) {
        const line = `mount -t tmpfs -o noexec x ${runtime}/x && mount -t tmpfs -o noexec x ${workspace.path("tmp")} && exec ${executable} show`;
        mkdirSync(`${runtime}/x`);
        const outcome = await run("unshare", ["--mount", "sh", "-c", line], {
          env: { ...env, ...own, XDG_RUNTIME_DIR: `${runtime}/x`, PATH: "/usr/bin:/bin" },
        });
        expect(allowed(outcome)).toBe(root);
      }
    },
  );
});

/** A registry's door with a user by scrypt and one by bcrypt; gives the file's path. */
function writeRegistryConfig(workspace: Workspace, listen: string): string {
  const [config, htpasswd] = [workspace.path("config.yaml"), workspace.path("htpasswd")];
  // Both are "right words"
  const scrypt = "$scrypt$ln=15,r=8,p=3$rxRWit5MlFFjOJ73IhvO3w$Rwdaxcv85lPNNIw8/jUmg9tJw2F1ZSh9B7fta6vfgzE";
  writeFileSync(htpasswd, "listed:$2y$04$bV.ESQ14CJ9mubhB5B9/MOHbyrg09A56SdtsZ9pOhXWfdjUrmaSIO\n");
  const token = { certificate: workspace.path("keys", "cert.pem"), key: workspace.path("keys", "key.pem") };
  const service = { name: "registry", hosts: ["127.0.0.1:5000"], users: { static: { password: scrypt } }, htpasswd };
  writeFileSync(
    config,
    JSON.stringify({ registry: { listen: [listen], token, services: [{ ...service, rules: [] }] } }),
  );
  return config;
}

async function statusOf(registry: string, user: string, password: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  return (await fetch(`${registry}/auth?service=registry`, { headers: { authorization } })).status;
}
