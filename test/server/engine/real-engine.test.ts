import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { passHeader } from "../../../src/protocol/headers.ts";
import { createEngine } from "../../../src/server/engine/engine.ts";
import type { Engine } from "../../../src/server/engine/engine.ts";
import { createPasses } from "../../../src/server/engine/passes.ts";

const run = promisify(execFile);

const statusOf = (socketPath: string, path: string, value: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = ask({ socketPath, path, headers: { [passHeader]: value } }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    });
    sent.on("error", reject);
    sent.end();
  });

const needs = ["/usr/sbin/dockerd", "/bin/busybox"].filter((path) => !existsSync(path));
if (process.getuid?.() !== 0) needs.push("root");

/** A real engine that asks a plugin which lets nothing pass but passes. */
describe.skipIf(needs.length > 0)(`a real engine and a plugin (needs dockerd, busybox, root)`, () => {
  const name = `docker-id-test-${randomBytes(6).toString("hex")}`;
  const pluginSocket = `/run/docker/plugins/${name}.sock`;
  const folder = mkdtempSync(join(tmpdir(), "docker-id-dockerd-"));
  const host = `unix://${folder}/docker.sock`;
  const passes = createPasses({ clock: () => new Date(), random: randomBytes });
  const seen: { target: string; value: string | undefined; redeemed: boolean }[] = [];
  let letPass = true;
  let plugin: Server;
  let dockerd: ChildProcess;
  let engine: Engine;

  /** Never synchronous: the plugin that the engine asks meanwhile runs in this process. */
  const docker = (...args: string[]) => run("docker", ["-H", host, ...args], { timeout: 30_000 });

  beforeAll(async () => {
    mkdirSync("/run/docker/plugins", { recursive: true });
    plugin = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (request.url === "/Plugin.Activate") return response.end(JSON.stringify({ Implements: ["authz"] }));
        if (request.url !== "/AuthZPlugin.AuthZReq") return response.end(JSON.stringify({ Allow: true }));
        const message = JSON.parse(Buffer.concat(chunks).toString()) as {
          RequestMethod: string;
          RequestUri: string;
          RequestBody?: string;
          RequestHeaders?: Record<string, string>;
        };
        const value = message.RequestHeaders?.[passHeader];
        const body = Buffer.from(message.RequestBody ?? "", "base64");
        const shown = { method: message.RequestMethod, target: message.RequestUri, body };
        const redeemed = value !== undefined && passes.redeem(value, shown);
        seen.push({ target: message.RequestUri, value, redeemed });
        return response.end(JSON.stringify({ Allow: redeemed || letPass, Msg: "no pass" }));
      });
    });
    await new Promise<void>((resolve) => plugin.listen(pluginSocket, resolve));
    writeFileSync(join(folder, "daemon.json"), JSON.stringify({ "authorization-plugins": [name] }));
    dockerd = spawn(
      "/usr/sbin/dockerd",
      [
        ["--data-root", join(folder, "data")],
        ["--exec-root", join(folder, "exec")],
        ["--pidfile", join(folder, "pid")],
        ["--config-file", join(folder, "daemon.json")],
        ["-H", host],
        ["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"],
      ].flat(),
      { stdio: "ignore" },
    );
    engine = createEngine({ dockerHost: host, passes, timeoutMs: 5000 });
    const started = Date.now();
    while (!(await engine.reachable())) {
      if (dockerd.exitCode !== null || Date.now() - started > 50_000) throw new Error("dockerd did not start");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const rootfs = join(folder, "rootfs");
    mkdirSync(join(rootfs, "bin"), { recursive: true });
    writeFileSync(join(rootfs, "bin", "busybox"), readFileSync("/bin/busybox"), { mode: 0o755 });
    await run("tar", ["-C", rootfs, "-cf", join(folder, "rootfs.tar"), "."]);
    await docker("import", join(folder, "rootfs.tar"), "reg.example:5000/a/b:1");
    await docker("create", "--name", "web", "--network", "none", "reg.example:5000/a/b:1", "/bin/busybox", "true");
    await docker("volume", "create", "data");
    letPass = false;
    seen.length = 0;
  }, 120_000);

  afterAll(async () => {
    engine.close();
    if (dockerd.exitCode === null) {
      const ended = new Promise((resolve) => dockerd.once("exit", resolve));
      dockerd.kill("SIGTERM");
      await ended;
    }
    plugin.closeAllConnections();
    await new Promise((resolve) => plugin.close(resolve));
    rmSync(pluginSocket, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it("asks the plugin about everything, and lets nothing pass without a pass", async () => {
    await expect(docker("inspect", "web")).rejects.toThrow("no pass");
  });

  it("answers the verifier's questions, and each was shown to the plugin as the pass was issued", async () => {
    const container = (await engine.inspect("container", "web")) as { Id: string; Image: string };
    expect(container.Id).toMatch(/^[0-9a-f]{64}$/);
    expect(await engine.inspect("container", container.Id.slice(0, 12))).toMatchObject({ Id: container.Id });
    expect(await engine.inspect("image", "reg.example:5000/a/b:1")).toMatchObject({ Id: container.Image });
    expect(await engine.inspect("image", container.Image)).toMatchObject({ Id: container.Image });
    expect(await engine.inspect("volume", "data")).toMatchObject({ Name: "data" });
    expect(await engine.inspect("network", "host")).toMatchObject({ Name: "host" });
    expect(await engine.identity()).toMatchObject({
      id: expect.stringMatching(/./),
      version: expect.stringMatching(/./),
    });
    expect(await engine.asks()).toBe(true);
    expect(seen.filter(({ value }) => value !== undefined).every(({ redeemed }) => redeemed)).toBe(true);
  });

  it.each([
    ["container", "none"],
    ["container", "we b?c#d%41"],
    ["image", "none:1"],
    ["image", "sha256:00"],
    ["volume", "none"],
    ["network", "none-such"],
    ["exec", "00"],
    ["plugin", "none/such:latest"],
  ] as const)("knows no %s %s", async (kind, missing) => {
    expect(await engine.inspect(kind, missing)).toBeUndefined();
    expect(seen.at(-1)?.redeemed).toBe(true);
  });

  it("cannot be asked for a service when there is no swarm", async () => {
    await expect(engine.inspect("service", "x")).rejects.toMatchObject({ code: "no_engine" });
  });

  it("takes a pass that a plugin saw no second time, nor for another target", async () => {
    const socket = join(folder, "docker.sock");
    const request = { method: "GET", target: "/containers/web/json" };
    const value = passes.issue(request);
    expect(await statusOf(socket, "/containers/web/json", value)).toBe(200);
    expect(await statusOf(socket, "/containers/web/json", value)).toBe(403);
    expect(await statusOf(socket, "/v1.41/containers/web/json", passes.issue(request))).toBe(403);
    expect(await statusOf(socket, "/containers/%77eb/json", passes.issue(request))).toBe(403);
    expect(await statusOf(socket, "/containers/json", passes.issue(request))).toBe(403);
  });
});
