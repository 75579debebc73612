import { rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import type { Endpoint } from "../docker-cli/endpoint.ts";
import { formatForwarded, recordPath } from "../docker-cli/forwarded.ts";
import { Failure } from "../errors.ts";
import { listenPrivately } from "../host/listen-privately.ts";
import type { forwardConnection, IdSource } from "./connection.ts";

/** An import of its names would take longer than all that is done with it. */
const net = process.getBuiltinModule("node:net");

/** A socket of this user's that stands for an engine, under an id. */
export interface Forwarder {
  /** All that serving takes is loaded; whoever comes before waits for that. */
  readonly ready: Promise<unknown>;
  /** Cuts what is under way; the socket is gone after. */
  readonly close: () => void;
}

export interface ForwarderParts {
  /** Where nothing is yet, in a folder that nobody else may change. */
  readonly socket: string;
  readonly engine: Endpoint;
  readonly id: IdSource;
  /** A client has gone. */
  readonly left?: () => unknown;
}

/** Listens on a socket that this user alone may open, and leaves word beside it for docker-id itself which engine it stands for. */
export async function openForwarder({ socket, engine, id, left }: ForwarderParts): Promise<Forwarder> {
  const clients = new Set<Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    clients.add(client);
    client.once("close", () => {
      clients.delete(client);
      left?.();
    });
    void load().then((forward) => forward(client, engine, id));
  });
  try {
    await listenPrivately(server, socket);
    writeFileSync(recordPath(socket), formatForwarded(engine), { flag: "wx", mode: 0o600 });
  } catch (cause) {
    server.close();
    throw new Failure("failed", `no socket can be opened at ${socket}`, { cause });
  }
  const { promise: ready, resolve } = Promise.withResolvers<unknown>();
  setImmediate(() => resolve(load()));
  return {
    ready,
    close: () => {
      server.close();
      for (const client of clients) client.destroy();
      for (const path of [recordPath(socket), socket]) rmSync(path, { force: true });
    },
  };
}

let loading: Promise<typeof forwardConnection> | undefined;

/** Whoever waits for the socket is not to wait for what is needed only once somebody has come to it. */
function load(): Promise<typeof forwardConnection> {
  loading ??= import("./connection.ts").then((module) => module.forwardConnection);
  return loading;
}
