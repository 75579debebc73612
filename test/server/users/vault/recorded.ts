import { createServer as createPlain, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTls } from "node:https";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { Pair } from "../../../support/certificates.ts";

/** What was asked of the server, as it came. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** Which connection it came on. */
  readonly port: number;
}

/** What it answers; `undefined` is no answer at all. */
export interface Recorded {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RecordedVault {
  readonly address: string;
  readonly asked: Asked[];
  readonly server: Server;
  close(): Promise<void>;
}

/** Answers of OpenBao 2.7.2 and the forms that Vault documents, word for word. */
export const recorded = {
  self: { status: 200, body: { data: { ttl: 0, renewable: false, type: "service" } } },
  missing: { status: 404, body: { errors: [] } },
  denied: { status: 403, body: { errors: ["permission denied"] } },
  sealed: { status: 503, body: { errors: ["Vault is sealed"] } },
  deleted: { status: 404, body: { data: { data: null, metadata: { deletion_time: "2026-11-25T18:59:28Z" } } } },
  user: (password: unknown) => ({ status: 200, body: { data: { password }, lease_duration: 2_764_800 } }),
  standby: (location: string) => ({ status: 307, headers: { location } }),
} as const satisfies Record<string, Recorded | ((value: string) => Recorded)>;

/** A server on loopback that plays recorded answers of Vault's public API; it is no Vault. */
export async function playRecorded(
  answer: (asked: Asked) => Recorded | undefined | Promise<Recorded | undefined>,
  tls?: Pair,
): Promise<RecordedVault> {
  const asked: Asked[] = [];
  const play = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
    const { method = "", url: path = "", headers, socket } = request;
    const one = { method, path, headers, body: await text(request), port: socket.remotePort ?? 0 };
    asked.push(one);
    const said = await answer(one);
    if (said === undefined) return;
    response.writeHead(said.status, { "content-type": "application/json", ...said.headers });
    response.end(typeof said.body === "string" ? said.body : JSON.stringify(said.body ?? {}));
  };
  const listener: RequestListener = (request, response) => {
    play(request, response).catch(() => response.destroy());
  };
  const server =
    tls === undefined
      ? createPlain(listener)
      : createTls({ key: readFileSync(tls.key), cert: readFileSync(tls.certificate) }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    asked,
    server,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
