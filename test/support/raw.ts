import { connect } from "node:net";

/** A request as it goes over the wire, none of it put right. */
export interface RawRequest {
  readonly method?: string;
  readonly target: string;
  /** In this order, and as often as they stand here. `Host`, `Connection: close` and the body's length are added. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** Sends the body in chunks, so that no length is told. */
  readonly chunked?: boolean;
}

/** What came back until the connection ended. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
}

/** The bytes of a request. */
export function spellRaw({ method = "GET", target, headers = [], body, chunked = false }: RawRequest): Buffer {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const framing: (readonly [string, string])[] = [];
  if (chunked) framing.push(["Transfer-Encoding", "chunked"]);
  else if (bytes !== undefined) framing.push(["Content-Length", String(bytes.length)]);
  const lines = [["Host", "docker"] as const, ["Connection", "close"] as const, ...headers, ...framing];
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  const sent = bytes === undefined ? [] : chunked ? inChunks(bytes) : [bytes];
  return Buffer.concat([Buffer.from(head, "utf8"), ...sent]);
}

/** Sends one request over a unix socket and reads the whole answer; one that is cut off is taken as it came. */
export async function sendRaw(socket: string, request: RawRequest, timeoutMs = 30_000): Promise<RawAnswer> {
  for (let left = 4; ; left -= 1) {
    try {
      return await sendOnce(socket, request, timeoutMs);
    } catch (error) {
      // Answered and closed while a large body was being written: what was not read by then is gone with the socket
      if (left === 0 || (error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    }
  }
}

function sendOnce(socket: string, request: RawRequest, timeoutMs: number): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const connection = connect({ path: socket });
    connection.setTimeout(timeoutMs, () => {
      connection.destroy(new Error(`no answer to ${request.target.slice(0, 200)} within ${timeoutMs} ms`));
    });
    connection.on("data", (chunk: Buffer) => chunks.push(chunk));
    connection.once("error", (error: NodeJS.ErrnoException) => {
      // The engine may answer, and close, before it has read a large body
      if (chunks.length === 0 || (error.code !== "EPIPE" && error.code !== "ECONNRESET")) reject(error);
    });
    connection.once("close", () => {
      try {
        resolve(readAnswer(Buffer.concat(chunks)));
      } catch (error) {
        reject(error instanceof Error ? error : new Error("no answer"));
      }
    });
    connection.write(spellRaw(request));
  });
}

function readAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [first = "", ...lines] = bytes.subarray(0, Math.max(end, 0)).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no HTTP answer: ${JSON.stringify(bytes.toString("latin1").slice(0, 80))}`);
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const rest = bytes.subarray(end + 4);
  const body = headers["transfer-encoding"] === "chunked" ? withoutChunks(rest) : rest;
  return { status, headers, body, text: body.toString("utf8") };
}

function inChunks(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 64 * 1024) {
    const part = bytes.subarray(at, at + 64 * 1024);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return [...parts, Buffer.from("0\r\n\r\n")];
}

function withoutChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) break;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (!(size > 0)) break;
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
