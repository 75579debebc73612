import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import { getRequestListener } from "@hono/node-server";
import { always, errorBody, type Refusal } from "./answers.ts";
import type { RegistryApp } from "./app.ts";

/** The largest id in Basic, and room for the scopes of a build. */
const mostHeadBytes = 48 * 1024;
/** Some releases of Node leave out what comes after the thousandth, where a proxy may have told of the client. */
const mostHeadLines = 200;
const mostConnections = 4096;
/** Of one address, which may be a proxy's. */
const mostOfAddress = 1024;
const keepAliveMs = 15_000;

/** Makes a server of the door, for each of its addresses; with `tls` it speaks https and asks nobody for a certificate. */
export function createRegistryServer(app: RegistryApp, timeoutMs: number, tls?: SecureContextOptions): SecuredServer {
  const answer = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: () =>
      new Response(errorBody(400, "the request cannot be read"), { status: 400, headers: { ...always } }),
  });
  const answers = new WeakMap<Duplex, ServerResponse>();
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answers.set(incoming.socket, outgoing);
    if (incoming.rawHeaders.length > 2 * mostHeadLines) answerCrowded(outgoing);
    else void answer(incoming, outgoing);
  };
  const options = {
    maxHeaderSize: mostHeadBytes,
    requestTimeout: timeoutMs,
    headersTimeout: timeoutMs,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, timeoutMs / 4)),
    keepAliveTimeout: keepAliveMs,
  };
  const secure =
    tls === undefined
      ? undefined
      : createSecureServer({ ...options, ...tls, minVersion: "TLSv1.2", handshakeTimeout: timeoutMs }, listener);
  const server = secure ?? createServer(options, listener);
  server.maxConnections = mostConnections;
  boundByAddress(server);
  // Whoever does not take its answers
  server.timeout = timeoutMs + 500;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    // An answer that has begun must not be followed by another
    if (answers.get(socket)?.headersSent === true) socket.destroy();
    else answerUnread(error, socket);
  });
  return { server, renew: (context) => secure?.setSecureContext({ ...context, minVersion: "TLSv1.2" }) };
}

export interface SecuredServer {
  readonly server: Server;
  /** Shows another certificate from now on. */
  readonly renew: (context: SecureContextOptions) => void;
}

/** Whoever holds more connections than that leaves none for others. */
function boundByAddress(server: Server): void {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const now = (open.get(address) ?? 0) + 1;
    if (now > mostOfAddress) {
      socket.destroy();
      return;
    }
    open.set(address, now);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

/** What cannot be read as a request is answered as everything else is. */
function answerUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, message } = unread(error.code);
  const body = errorBody(status, message);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...Object.entries(always).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function answerCrowded(outgoing: ServerResponse): void {
  const { status, message } = unread("HPE_HEADER_OVERFLOW");
  outgoing.writeHead(status, { ...always, connection: "close" }).end(errorBody(status, message));
}

function unread(code: string | undefined): Pick<Refusal, "status" | "message"> {
  if (code === "HPE_HEADER_OVERFLOW") return { status: 431, message: "the request's head is too large" };
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return { status: 408, message: "the request took too long to arrive" };
  return { status: 400, message: "the request cannot be read" };
}
