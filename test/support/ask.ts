import { request } from "node:http";

/** An answer to a request that no CLI would send. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Asked {
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless `headers` says otherwise; a string or bytes go as they are. */
  readonly body?: string | Uint8Array | object;
}

/** Sends one request over a unix socket, target undecoded, and reads the whole answer. */
export function ask(socket: string, method: string, target: string, asked: Asked = {}): Promise<Answer> {
  const { id, body } = asked;
  const bytes =
    body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const headers = {
    ...(id === undefined ? {} : { "x-docker-id": id }),
    ...(bytes === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(bytes) }),
    ...asked.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: socket, method, path: target, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("error", reject);
      answer.once("end", () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    sent.once("error", reject);
    sent.end(bytes);
  });
}
