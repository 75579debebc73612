import { writeResponseHead } from "../http1/write.ts";

const reasons: Readonly<Record<number, string>> = { 400: "Bad Request", 403: "Forbidden", 502: "Bad Gateway" };

/** An answer of docker-id's own, in the form in which docker tells of an engine's. The connection ends with it. */
export function writeOwnAnswer(status: number, message: string, method: string): Buffer {
  const body = `${JSON.stringify({ message: `docker-id: ${message}` })}\n`;
  const head = writeResponseHead(status, reasons[status] ?? "Refused", [
    ["Content-Type", "application/json"],
    ["Content-Length", String(Buffer.byteLength(body))],
    ["Connection", "close"],
  ]);
  return Buffer.from(method === "HEAD" ? head : head + body, "utf8");
}
