import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { node } from "../support/node.ts";
import { until } from "../support/until.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";
import { onADesk, secret } from "./on-a-desk.ts";

async function end(
  child: ChildProcess,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<[number | null, NodeJS.Signals | null]> {
  child.kill(signal);
  return (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
}

onADesk("docker-id socket", (desk) => {
  let root: string;
  let reader: string;
  const kept: ChildProcess[] = [];
  const socket = () => desk().workspace.path("kept", "docker.sock");

  /** Starts one, and waits until it says where it is. */
  async function keep(...args: readonly string[]): Promise<ChildProcess> {
    const child = spawn(node, [entry, "socket", "--path", socket(), ...args], {
      env: { ...process.env, ...desk().env },
      stdio: ["pipe", "pipe", "ignore"],
    });
    kept.push(child);
    child.stdin?.end(reader);
    if (child.stdout === null) throw new Error("no output");
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    expect(said.toString()).toBe(`unix://${socket()}\n`);
    return child;
  }
  const ping = async () => (await ask(socket(), "GET", "/_ping")).status;

  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    root = allowed(await desk().id(["show"]));
    reader = allowed(await desk().id(["create", "--op", "read"]));
  });
  afterEach(async () => {
    for (const child of kept.splice(0))
      if (child.exitCode === null && child.signalCode === null) await end(child, "SIGKILL");
    desk().engine.admits = (presented) => presented === root;
  });

  it("keeps one under the default id, for this user alone, until SIGTERM", async () => {
    const child = await keep();
    expect(statSync(socket()).mode & 0o777).toBe(0o600);
    expect(await ping()).toBe(200);
    expect(await end(child)).toEqual([0, null]);
    expect(existsSync(socket())).toBe(false);
    expect(existsSync(`${socket()}.engine`)).toBe(false);
  });

  it.each(["SIGINT", "SIGHUP"] as const)("ends on %s as well", async (signal) => {
    expect(await end(await keep(), signal)).toEqual([0, null]);
    expect(existsSync(socket())).toBe(false);
  });

  it("keeps it under the id that is given, whatever becomes the default", async () => {
    desk().engine.admits = (presented) => presented === reader;
    await keep("--id", "-");
    expect(await ping()).toBe(200);
  });

  it("follows the id that is kept", async () => {
    await keep();
    desk().engine.admits = (presented) => presented === reader;
    expect(await ping()).toBe(403);
    allowed(await desk().id(["set", "-"], { input: reader }));
    await until("it uses the other id", async () => (await ping()) === 200);
    allowed(await desk().id(["set", "-"], { input: root }));
  });

  it("follows the one that is kept under a name", async () => {
    allowed(await desk().id(["set", "--as", "reader", "-"], { input: reader }));
    desk().engine.admits = (presented) => presented === reader;
    await keep("--as", "reader");
    expect(await ping()).toBe(200);
  });

  it("is known to docker-id as standing for the engine", async () => {
    await keep();
    const status = allowed(await desk().id(["status", "--json"], { env: { DOCKER_HOST: `unix://${socket()}` } }));
    expect(status).toContain(desk().engine.host);
    expect(allowed(await desk().id(["show"], { env: { DOCKER_HOST: `unix://${socket()}` } }))).toBe(root);
  });

  it("takes the place of one that was killed, and not of one that lives", async () => {
    await end(await keep(), "SIGKILL");
    expect(existsSync(socket())).toBe(true);
    await keep();
    failed(await desk().id(["socket", "--path", socket()]), 3, /somebody answers/);
    expect(await ping()).toBe(200);
  });

  describe("refuses", () => {
    it("to be without an id", async () => {
      const path = desk().workspace.path("without.sock");
      failed(await desk().id(["socket", "--path", path, "--as", "nobody"]), 4, /nobody/);
      expect(existsSync(path)).toBe(false);
    });
    it("a file that is no socket", async () => {
      const file = desk().workspace.path("file");
      writeFileSync(file, "kept");
      failed(await desk().id(["socket", "--path", file]), 3, /is no socket/);
    });
    it("a folder in which others may put another in its place", async () => {
      const folder = desk().workspace.path("shared");
      mkdirSync(folder);
      chmodSync(folder, 0o777);
      failed(await desk().id(["socket", "--path", `${folder}/docker.sock`]), 2, /others may put/);
    });
    it("a path that is too long", async () => {
      failed(await desk().id(["socket", "--path", `/tmp/${"x".repeat(120)}`]), 2, /too long/);
    });
    it("a socket that somebody else answers on", async () => {
      const other = createServer().listen(desk().workspace.path("other.sock"));
      await once(other, "listening");
      failed(await desk().id(["socket", "--path", desk().workspace.path("other.sock")]), 3, /somebody answers/);
      other.close();
    });
    it("to go without a path", async () => {
      failed(await desk().id(["socket"]), 2, /path/);
    });
  });
});
