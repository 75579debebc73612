import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listenOn, shut } from "../../src/server/listen.ts";

let folder: string;
let socket: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "docker-id-listen-"));
  socket = path.join(folder, "run", "door.sock");
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await shut(server, 0);
  rmSync(folder, { recursive: true });
});

function door(): Server {
  const server = createServer((_, response) => response.end("hello"));
  servers.push(server);
  return server;
}

function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath: socket, agent: false }, (response) => {
      response.setEncoding("utf8").on("data", resolve);
    });
    asking.on("error", reject).end();
  });
}

describe("a door's socket", () => {
  it("is made with its folder and its rights, and goes with its server", async () => {
    const server = door();
    await listenOn(server, socket, { mode: 0o660 });
    expect(statSync(socket).mode & 0o777).toBe(0o660);
    expect(statSync(path.dirname(socket)).mode & 0o777).toBe(0o755);
    expect(await ask()).toBe("hello");
    await shut(server, 100);
    expect(existsSync(socket)).toBe(false);
  });

  it("is given to its group", async (context) => {
    if (process.getuid?.() !== 0) context.skip("only root may give a file to another group");
    await listenOn(door(), socket, { mode: 0o660, group: 4242 });
    expect(statSync(socket).gid).toBe(4242);
  });

  it("leaves the process's umask as it was", async () => {
    const before = process.umask();
    await listenOn(door(), socket, { mode: 0o600 });
    expect(process.umask()).toBe(before);
  });

  it("replaces what a killed server left", async () => {
    const script = `
      const { mkdirSync } = require("node:fs");
      mkdirSync(${JSON.stringify(path.dirname(socket))}, { mode: 0o755 });
      require("node:net").createServer().listen(${JSON.stringify(socket)}, () => console.log("up"));`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGKILL");
    await exited;
    expect(existsSync(socket)).toBe(true);
    await listenOn(door(), socket, { mode: 0o600 });
    expect(await ask()).toBe("hello");
  });

  it("is not taken from a server that answers", async () => {
    await listenOn(door(), socket, { mode: 0o600 });
    await expect(listenOn(door(), socket, { mode: 0o600 })).rejects.toMatchObject({ code: "conflict" });
    expect(await ask()).toBe("hello");
  });

  it("is not put in the place of a file", async () => {
    mkdirSync(path.dirname(socket), { mode: 0o755 });
    writeFileSync(socket, "precious");
    await expect(listenOn(door(), socket, { mode: 0o600 })).rejects.toMatchObject({ code: "conflict" });
    expect(existsSync(socket)).toBe(true);
  });

  it("is not put where strangers could replace it", async () => {
    mkdirSync(path.dirname(socket));
    chmodSync(path.dirname(socket), 0o777);
    await expect(listenOn(door(), socket, { mode: 0o600 })).rejects.toMatchObject({ code: "misuse" });
  });
});
