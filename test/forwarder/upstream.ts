import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Endpoint } from "../../src/docker-cli/endpoint.ts";
import { type Forwarder, openForwarder } from "../../src/forwarder/forwarder.ts";

/** Whoever reads here gets bytes as they come. */
export interface Reader {
  /** Waits until what came so far matches, takes it away and gives it. */
  until(pattern: RegExp): Promise<string>;
  /** All that comes until the other side ends. */
  rest(): Promise<string>;
}

/** The engine's side of one connection, played by the test. */
export interface Played extends Reader {
  readonly socket: Socket;
}

export interface Scene {
  /** A client's new connection to the forwarder. */
  client(): Promise<Played>;
  /** The next connection that reaches the engine. */
  upstream(): Promise<Played>;
  /** How many have reached it. */
  connections(): number;
  readonly socket: string;
  /** Nobody listens there any more. */
  stopEngine(): Promise<void>;
  close(): Promise<void>;
}

export const token = "dkid_test";

/** A forwarder before an engine that does nothing by itself. */
export async function openScene(id: () => Promise<string> = () => Promise.resolve(token)): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
  const path = join(folder, "engine.sock");
  const arrived: Played[] = [];
  const waiting: ((played: Played) => void)[] = [];
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    count += 1;
    const played = play(socket);
    const next = waiting.shift();
    if (next === undefined) arrived.push(played);
    else next(played);
  }).listen(path);
  await once(server, "listening");
  const engine: Endpoint = {
    name: `unix://${path}`,
    address: { transport: "unix", path },
    local: true,
  };
  const socket = join(folder, "docker.sock");
  const forwarder: Forwarder = await openForwarder({ socket, engine, id });
  return {
    socket,
    connections: () => count,
    async client() {
      const opened = connect({ path: socket, allowHalfOpen: true });
      sockets.add(opened);
      await once(opened, "connect");
      return play(opened);
    },
    upstream() {
      const here = arrived.shift();
      if (here !== undefined) return Promise.resolve(here);
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    async stopEngine() {
      await new Promise((resolve) => server.close(resolve));
    },
    async close() {
      for (const each of sockets) each.destroy();
      forwarder.close();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

/** Reads a socket as it is played on. */
function play(socket: Socket): Played {
  let text = "";
  let ended = false;
  let wake: (() => void) | undefined;
  const told = (): void => wake?.();
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    told();
  });
  for (const event of ["end", "close", "error"]) {
    socket.on(event, () => {
      ended = true;
      told();
    });
  }
  const isOver = (): boolean => ended;
  const more = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  return {
    socket,
    async until(pattern) {
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) {
          const taken = text.slice(0, found.index + found[0].length);
          text = text.slice(taken.length);
          return taken;
        }
        if (ended) throw new Error(`it ended, and nothing matched ${String(pattern)}: ${JSON.stringify(text)}`);
        await more();
      }
    },
    async rest() {
      while (!isOver()) await more();
      const all = text;
      text = "";
      return all;
    },
  };
}
