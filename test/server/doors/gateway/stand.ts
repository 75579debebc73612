import { BlockList, connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import path from "node:path";
import { createGateway, type Gateway } from "../../../../src/server/doors/gateway/door.ts";
import { defaultLimits, type GatewayLimits } from "../../../../src/server/doors/gateway/limits.ts";
import type { TrustedProxies } from "../../../../src/server/doors/gateway/origin.ts";
import { planForward } from "../../../../src/server/doors/gateway/world/plan.ts";
import type { PlanForward } from "../../../../src/server/doors/gateway/world/plan-types.ts";
import { createPasses, type Passes } from "../../../../src/server/engine/passes.ts";
import { listenOn } from "../../../../src/server/listen.ts";
import { randomBytes } from "node:crypto";
import { makeRoom, type Room } from "../../room.ts";

/** An engine of which a test says what it does with the bytes that it gets. */
export interface Engine {
  /** Connections so far, with what came over each. */
  readonly heard: { text: string; readonly socket: Socket; ended: boolean; closed: boolean }[];
  /** What it does with each piece; the text is all that has come over the connection. */
  answer: (socket: Socket, text: string) => void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A gateway in front of such an engine, with a gate behind it that is real. */
export interface Stand {
  readonly room: Room;
  readonly engine: Engine;
  readonly gateway: Gateway;
  readonly passes: Passes;
  readonly socket: string;
  /** Opens a connection to it. */
  readonly connect: () => Client;
  /** Sends this and gives all that comes until the connection ends. */
  readonly say: (bytes: string | Buffer) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface StandOptions {
  readonly limits?: Partial<GatewayLimits>;
  readonly trusted?: Partial<TrustedProxies>;
  readonly plan?: PlanForward;
  readonly guarded?: boolean;
}

/** What an engine says when it has nothing to say. */
export const ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

export async function openStand(options: StandOptions = {}): Promise<Stand> {
  const room = await makeRoom({ guarded: options.guarded ?? true });
  const engine = await startEngine(path.join(room.folder, "docker.sock"));
  const passes = createPasses({ clock: room.now, random: randomBytes, admits: () => true });
  const gateway = createGateway({
    gate: room.gate,
    passes,
    engine: { inspect: async () => undefined, list: async () => [] },
    planForward: options.plan ?? planForward,
    dockerSocket: path.join(room.folder, "docker.sock"),
    clock: room.now,
    log: room.parts.log,
    limits: { ...defaultLimits, ...options.limits },
    trusted: { addresses: new BlockList(), unix: false, ...options.trusted },
  });
  const socket = path.join(room.folder, "run", "gateway.sock");
  await listenOn(gateway.server(), socket, { mode: 0o600 });
  const clients: Client[] = [];
  const open = (): Client => {
    const client = openClient(connect({ path: socket, allowHalfOpen: true }));
    clients.push(client);
    return client;
  };
  return {
    room,
    engine,
    gateway,
    passes,
    socket,
    connect: open,
    async say(bytes) {
      const client = open();
      client.socket.write(bytes);
      await client.ended();
      return client.text();
    },
    async close() {
      for (const client of clients) client.socket.destroy();
      await gateway.close(0);
      await engine.stop();
      await room.close();
    },
  };
}

async function startEngine(socketPath: string): Promise<Engine> {
  let server: Server | undefined;
  const engine: Engine = {
    heard: [],
    answer: (socket) => void socket.write(ok),
    async start() {
      server = createServer({ allowHalfOpen: true }, (socket) => {
        const entry = { text: "", socket, ended: false, closed: false };
        engine.heard.push(entry);
        socket.on("data", (piece) => {
          entry.text += piece.toString("latin1");
          engine.answer(socket, entry.text);
        });
        socket.on("end", () => (entry.ended = true));
        socket.on("close", () => (entry.closed = true));
        socket.on("error", () => undefined);
      });
      server.listen(socketPath);
      await once(server, "listening");
    },
    async stop() {
      for (const { socket } of engine.heard) socket.destroy();
      if (server?.listening !== true) return;
      server.close();
      await once(server, "close");
    },
  };
  await engine.start();
  return engine;
}

/** A client that sends what it is told to. */
export interface Client {
  readonly socket: Socket;
  text(): string;
  send(text: string): void;
  /** Resolves when that has come. */
  hears(text: string | RegExp): Promise<string>;
  /** Resolves when the other side has ended. */
  ended(): Promise<void>;
}

export function openClient(socket: Socket): Client {
  let text = "";
  let ended = false;
  let look = nothing;
  socket.on("data", (piece: Buffer) => {
    text += piece.toString("latin1");
    look();
  });
  const over = (): void => {
    ended = true;
    look();
  };
  socket.on("end", over).on("close", over);
  socket.on("error", () => undefined);
  const until = <T>(ask: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const before = look;
      look = () => {
        before();
        const found = ask();
        if (found !== undefined) resolve(found);
        else if (ended) reject(new Error(`it ended after ${JSON.stringify(text)}`));
      };
      look();
    });
  return {
    socket,
    text: () => text,
    send: (bytes) => void socket.write(bytes, "latin1"),
    hears: (wanted) =>
      until(() => ((typeof wanted === "string" ? text.includes(wanted) : wanted.test(text)) ? text : undefined)),
    ended: () => until(() => (ended ? true : undefined)).then(() => undefined),
  };
}

/** A request's bytes, with an id. */
export function request(line: string, token: string | undefined, fields: readonly string[] = [], body = ""): string {
  const id = token === undefined ? [] : [`X-Docker-Id: ${token}`];
  return [`${line} HTTP/1.1`, "Host: docker", ...id, ...fields, "", body].join("\r\n");
}

function nothing(): void {}
