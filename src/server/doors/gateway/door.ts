import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { rememberHeads } from "../../../http1/remember.ts";
import { describeError } from "../../log.ts";
import { readAsking } from "./asking.ts";
import { type Connection, serveConnection, type Slots } from "./connection.ts";
import type { ExchangeParts } from "./exchange.ts";
import { type Counted, createDoor, type GatewayLimits } from "./limits.ts";
import { originOf } from "./origin.ts";
import { createPool } from "./transport/pool.ts";
import { createBudget } from "./transport/read-whole.ts";
import { createWatch } from "./watch.ts";

/** What the gateway's door is made of. */
export interface GatewayParts extends Omit<ExchangeParts, "pool" | "watch" | "budget"> {
  /** The engine's unix socket. */
  readonly dockerSocket: string;
  readonly clock: () => Date;
  readonly limits: GatewayLimits;
}

/** The door that stands in front of the engine, on as many sockets as it is given. */
export interface Gateway {
  /** A server that is not yet listening; with TLS where that is given. */
  server(tls?: TlsOptions): Server;
  /** Stops listening, lets what is under way end for `graceMs`, then cuts it. */
  close(graceMs: number): Promise<void>;
}

const sweepMs = 1000;
const socketOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 } as const;
/** What is spoken, whatever certificate is shown. */
export const tlsVersions = { minVersion: "TLSv1.2" } as const satisfies TlsOptions;
const tlsOptions = { ...tlsVersions, ALPNProtocols: ["http/1.1"] } as const satisfies TlsOptions;

/** Makes the door. */
export function createGateway(given: GatewayParts): Gateway {
  const { limits, log } = given;
  const pool = createPool(given.dockerSocket);
  const watch = createWatch(given.gate, given.clock);
  const parts: ExchangeParts = { ...given, pool, watch, budget: createBudget(limits.bodiesBytes) };
  const door = createDoor(limits);
  const slots = countSlots(limits.exchanges);
  const read = rememberHeads(readAsking);
  const connections = new Set<Connection>();
  const servers: Server[] = [];

  const sweep = setInterval(() => {
    const before = performance.now() - limits.headMs;
    for (const connection of connections) {
      if ((connection.headSince() ?? Number.POSITIVE_INFINITY) < before) connection.late();
    }
  }, sweepMs);
  sweep.unref();

  /** Counts a connection as soon as it is there; where there is no room for it, it is gone. */
  function admit(socket: Socket): Counted | undefined {
    const counted = door.enter(socket.remoteAddress ?? "unix", () => socket.destroy());
    if (counted === undefined) socket.destroy();
    else socket.once("close", () => counted.leave());
    return counted;
  }

  function serve(socket: Socket, counted: Counted): void {
    const connection = serveConnection(parts, socket, originOf(socket), counted, slots, read);
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  }

  function plainServer(): Server {
    return createServer(socketOptions, (socket) => {
      const counted = admit(socket);
      if (counted !== undefined) serve(socket, counted);
    });
  }

  /** Connections count from before they shake hands, and whoever never does is let go of. */
  function tlsServer(tls: TlsOptions): Server {
    const shaking = new Map<string, Counted>();
    const server = createTlsServer({ ...tls, ...socketOptions, ...tlsOptions, handshakeTimeout: limits.headMs });
    server.prependListener("connection", (socket) => {
      const counted = admit(socket);
      if (counted === undefined) return;
      counted.waits(true);
      const name = ends(socket);
      shaking.set(name, counted);
      socket.once("close", () => shaking.delete(name));
    });
    server.on("secureConnection", (socket) => {
      const counted = shaking.get(ends(socket));
      if (counted === undefined) socket.destroy();
      else serve(socket, counted);
    });
    return server.on("tlsClientError", (_, socket) => socket.destroy());
  }

  return {
    server(tls) {
      const server = tls === undefined ? plainServer() : tlsServer(tls);
      server.on("error", (error) => log.error({ cause: describeError(error) }, "the gateway could not listen"));
      servers.push(server);
      return server;
    },
    async close(graceMs) {
      const closed = Promise.all(servers.map(closeServer));
      for (const connection of connections) if (!connection.busy()) connection.destroy();
      const cut = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, graceMs);
      await closed;
      clearTimeout(cut);
      clearInterval(sweep);
      watch.close();
      pool.close();
    },
  };
}

/** Names a connection by both of its ends. */
function ends({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(" ");
}

function countSlots(most: number): Slots {
  let taken = 0;
  return {
    take() {
      if (taken >= most) return false;
      taken += 1;
      return true;
    },
    give() {
      taken -= 1;
    },
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => (server.listening ? server.close(() => resolve()) : resolve()));
}
