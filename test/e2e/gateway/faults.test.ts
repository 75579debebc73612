import { readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../../support/ask.ts";
import { newestDocker } from "../../support/dockers.ts";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine } from "../../support/needs.ts";
import { suite } from "../../support/on-stage.ts";
import { until } from "../../support/until.ts";

/** With DOCKER_ID_SOAK=long a minute of thousands of connections, and their figures; else a moment of hundreds. */
const long = process.env["DOCKER_ID_SOAK"] === "long";
const soak = long ? { idle: 2000, active: 200, ms: 60_000 } : { idle: 300, active: 40, ms: 3000 };

suite("the gateway in trouble", anEngine, () => {
  let stage: GatewayStage;
  let guest: string;
  beforeAll(async () => {
    stage = await openGatewayStage();
    guest = await stage.narrow("--scope", "*:*:write", "--expires", "1h");
  });
  afterAll(() => stage.close());

  async function said(...args: string[]): Promise<string> {
    const outcome = await stage.docker(newestDocker(), guest, args);
    expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
    return outcome.stdout.trim();
  }
  const begin = (id: string, line: string, fields: readonly string[] = [], body = ""): Promise<Stream> =>
    openStream(
      stage.socket,
      [`${line} HTTP/1.1`, "Host: docker", `X-Docker-Id: ${id}`, ...fields, "", body].join("\r\n"),
    );
  const tcp = ["Connection: Upgrade", "Upgrade: tcp"];

  /** One of each kind of endless answer, of a container that says nothing. */
  async function beginAll(id: string, container: string): Promise<readonly Stream[]> {
    const exec = JSON.parse(
      (
        await ask(stage.socket, "POST", `/v1.41/containers/${container}/exec`, {
          id,
          body: { Cmd: ["cat"], AttachStdin: true, AttachStdout: true },
        })
      ).text,
    ) as { Id: string };
    const start = '{"Detach":false,"Tty":false}';
    return Promise.all([
      begin(id, `GET /v1.41/events?filters=${encodeURIComponent('{"container":["none"]}')}`),
      begin(id, `GET /v1.41/containers/${container}/logs?follow=1&stdout=1`),
      begin(id, `GET /v1.41/containers/${container}/stats`),
      begin(id, `POST /v1.41/containers/${container}/wait`, ["Content-Length: 0"]),
      begin(id, `POST /v1.41/containers/${container}/attach?stream=1&stdin=1&stdout=1`, tcp),
      begin(id, `POST /v1.41/exec/${exec.Id}/start`, [...tcp, ...json(start)], start),
    ]);
  }

  describe("when whoever asked has gone", () => {
    it.each(["destroy", "end"] as const)("lets go of the engine too, for each kind of stream (%s)", async (how) => {
      const container = await said("run", "-d", "-it", "--network", "none", "box", "sh");
      const before = socketsOf(stage.verifier.pid());
      for (let times = 0; times < 5; times += 1) {
        const streams = await beginAll(guest, container);
        for (const { socket } of streams) socket[how]();
      }
      await until("all sockets are gone", () => socketsOf(stage.verifier.pid()) <= before + few);
      await said("rm", "-f", container);
    });

    it("in the middle of a body, or of a large answer, lets go too", async () => {
      const before = socketsOf(stage.verifier.pid());
      for (let times = 0; times < 30; times += 1) {
        const tar = ["Content-Type: application/x-tar", "Content-Length: 10000000"];
        const load = openSocket(stage.socket);
        load.write(
          `POST /v1.41/images/load HTTP/1.1\r\nHost: d\r\nX-Docker-Id: ${stage.root}\r\n${tar.join("\r\n")}\r\n\r\nabc`,
        );
        const save = await begin(stage.root, "GET /v1.41/images/box:latest/get");
        load.destroy();
        save.socket.destroy();
      }
      await until("all sockets are gone", () => socketsOf(stage.verifier.pid()) <= before + few);
    });
  });

  it(
    "bears thousands that wait and hundreds that ask, and is as before when they have gone",
    { timeout: 180_000 },
    async () => {
      const pid = stage.verifier.pid();
      const socketsBefore = socketsOf(pid);
      const quiet = Array.from({ length: soak.idle }, () => openSocket(stage.socket));
      const head = `GET /_ping HTTP/1.1\r\nHost: d\r\nX-Docker-Id: ${guest}\r\n\r\n`;
      const ends = Date.now() + soak.ms;
      const figures = { asked: 0, answered: 0, other: 0 };
      const askOn = async (): Promise<void> => {
        const socket = openSocket(stage.socket);
        while (Date.now() < ends) {
          figures.asked += 1;
          socket.write(head);
          const text = await new Promise<string>((resolve) => {
            socket.once("data", (piece: Buffer) => resolve(piece.toString("latin1")));
            socket.once("close", () => resolve(""));
          });
          if (text.startsWith("HTTP/1.1 200 ")) figures.answered += 1;
          else figures.other += 1;
          socket.removeAllListeners("close");
        }
        socket.destroy();
      };
      const askers = Array.from({ length: soak.active }, askOn);
      await new Promise((resolve) => setTimeout(resolve, soak.ms / 2));
      const half = residentOf(pid);
      await Promise.all(askers);
      expect(figures).toMatchObject({ answered: figures.asked, other: 0 });
      const end = residentOf(pid);
      // The waiting ones are still served, all at a time; what that takes is taken once
      const burst = async (): Promise<number> => {
        for (const socket of quiet) socket.write(head);
        const heard = await Promise.all(quiet.map(firstWord));
        expect(heard.filter((word) => word === "HTTP/1.1 200")).toHaveLength(soak.idle);
        return residentOf(pid);
      };
      const bursts = [await burst(), await burst(), await burst()] as const;
      if (long) tell({ ...soak, ...figures, sockets: socketsOf(pid), resident: [half, end, ...bursts].map(mebi) });
      // What is collected now and then, and no more
      expect(end - half).toBeLessThan(64 * 1024 * 1024);
      expect(bursts[2] - bursts[0]).toBeLessThan(64 * 1024 * 1024);
      for (const socket of quiet) socket.destroy();
      await until("all sockets are gone", () => socketsOf(pid) <= socketsBefore + idleUpstream + few);
      if (long) tell({ socketsBefore, socketsAfter: socketsOf(pid), residentAfter: mebi(residentOf(pid)) });
    },
  );

  describe("when the engine dies", () => {
    it("ends what was under way, says so to others, and goes on when it is back", async () => {
      const container = await said("run", "-d", "-i", "--network", "none", "box", "sh");
      const streams = await beginAll(guest, container);
      await stage.engine.stop("SIGKILL");
      endContainerd(stage.workspace.path("engine", "exec", "containerd", "containerd.pid"));
      await Promise.all(streams.map(({ ended }) => ended));
      for (const method of ["GET", "POST"]) {
        const target = method === "GET" ? "/_ping" : `/v1.41/containers/${container}/kill`;
        const answer = await ask(stage.socket, method, target, { id: stage.root });
        expect(answer).toMatchObject({ status: 502 });
        // A narrower id is refused what cannot be read
        const narrow = await ask(stage.socket, method, target, { id: guest });
        expect([403, 502, 503]).toContain(narrow.status);
      }
      const kept = openSocket(stage.socket);
      await stage.engine.start();
      for (let times = 0; times < 3; times += 1) {
        expect(await ask(stage.socket, "GET", "/_ping", { id: guest })).toEqual({ status: 200, text: "OK" });
      }
      kept.destroy();
      expect(await ask(stage.socket, "GET", "/_ping", { id: "dkid_AAAA" })).toMatchObject({ status: 403 });
    });

    it("loses nothing between requests, on connections that were kept", async () => {
      const socket = openSocket(stage.socket);
      const head = `GET /_ping HTTP/1.1\r\nHost: d\r\nX-Docker-Id: ${guest}\r\n\r\n`;
      const ping = (): Promise<string> =>
        new Promise((resolve) => {
          socket.once("data", (piece: Buffer) => resolve(piece.toString("latin1", 0, 12)));
          socket.write(head);
        });
      for (let times = 0; times < 3; times += 1) {
        expect(await ping()).toBe("HTTP/1.1 200");
        await stage.engine.restart();
      }
      expect(await ping()).toBe("HTTP/1.1 200");
      socket.destroy();
    });
  });
});

/** Connections to the engine that are kept for the next requests: at most, and after a few at a time. */
const idleUpstream = 128;
const few = 20;

interface Stream {
  readonly socket: Socket;
  readonly ended: Promise<void>;
}

function openSocket(path: string): Socket {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on("error", () => undefined);
  return socket;
}

/** Begins a request; resolves once its answer has begun, or the engine has had the time to hear of it. */
async function openStream(path: string, bytes: string): Promise<Stream> {
  const socket = openSocket(path);
  const ended = new Promise<void>((resolve) => {
    socket.once("end", resolve);
    socket.once("close", () => resolve());
  });
  socket.write(bytes);
  await new Promise<void>((resolve) => {
    socket.once("data", () => resolve());
    socket.once("close", () => resolve());
    // An answer to wait comes only at its end, and its head on newer engines at once
    setTimeout(resolve, 2000);
  });
  return { socket, ended };
}

function json(body: string): string[] {
  return ["Content-Type: application/json", `Content-Length: ${body.length}`];
}

/** It outlives a dockerd that is killed, and the next one waits in vain for what its file names. */
function endContainerd(pidFile: string): void {
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
  rmSync(pidFile);
}

/** How the next answer begins; nothing where the connection ends. */
function firstWord(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const over = (): void => resolve("");
    const heard = (piece: Buffer): void => {
      socket.off("close", over);
      resolve(piece.toString("latin1", 0, 12));
    };
    socket.once("data", heard).once("close", over);
    if (socket.destroyed) over();
  });
}

const tell = (figures: object): unknown => process.stdout.write(`${JSON.stringify(figures)}\n`);
const mebi = (bytes: number): number => Math.round(bytes / 1024 / 1024);

function socketsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((each) => linkOf(`/proc/${pid}/fd/${each}`).startsWith("socket:"))
    .length;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function residentOf(pid: number): number {
  const [, kibibytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}
