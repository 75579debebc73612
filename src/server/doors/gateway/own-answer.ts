import { STATUS_CODES } from "node:http";
import { writeResponseHead } from "../../../http1/write.ts";

/** An answer of the gateway's own, in the engine's form: `{"message":…}` where it is no. */
export interface OwnAnswer {
  readonly status: number;
  readonly json: unknown;
}

/** Writes an answer of our own; `close` says that the connection ends with it. */
export function writeOwnAnswer({ status, json }: OwnAnswer, method: string, close: boolean): Buffer {
  const body = Buffer.from(`${JSON.stringify(json)}\n`, "utf8");
  const head = writeResponseHead(status, STATUS_CODES[status] ?? "", [
    ["Content-Type", "application/json"],
    ["Content-Length", String(body.length)],
    ...(close ? ([["Connection", "close"]] as const) : []),
  ]);
  const bytes = Buffer.from(head, "latin1");
  return method === "HEAD" ? bytes : Buffer.concat([bytes, body]);
}

/** A no, or a fault, in the words of the engine. */
export function say(status: number, message: string): OwnAnswer {
  return { status, json: { message } };
}
