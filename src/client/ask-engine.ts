import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { dial, unreachable } from "../docker-cli/dial.ts";
import type { Endpoint } from "../docker-cli/endpoint.ts";
import { idHeader } from "../protocol/headers.ts";

/** An engine's answer; `body` is its JSON, undefined where it is none. */
export interface EngineAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An import of its names would load a web client with it, 15 ms. */
const http = process.getBuiltinModule("node:http");

const timeoutMs = 10_000;

/** Asks the engine itself, with an id where one is given; rejects with Failure("no_engine") when it does not answer. */
export async function askEngine(
  engine: Endpoint,
  method: "GET" | "HEAD",
  path: string,
  id: string | undefined,
): Promise<EngineAnswer> {
  const answer = await openEngineAnswer(engine, method, path, id);
  const body = await text(answer).catch((cause: unknown) => {
    throw unreachable(engine, cause);
  });
  return { status: answer.statusCode ?? 0, body: readJson(body) };
}

/** Asks and gives the answer while it is still coming in; failures are those of {@link askEngine}. */
export async function openEngineAnswer(
  engine: Endpoint,
  method: "GET" | "HEAD",
  path: string,
  id: string | undefined,
): Promise<IncomingMessage> {
  const { address } = engine;
  // A socket has no name of its own; over TLS the name is what the certificate has to be for.
  const names = address.transport === "tcp" ? { host: address.hostname, port: address.port } : {};
  const headers = { ...(address.transport === "tcp" ? {} : { host: "docker" }), ...(id && { [idHeader]: id }) };
  const connection = await dial(engine, timeoutMs);
  return await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = http.request({
      ...names,
      method,
      headers,
      path: `${address.transport === "tcp" ? address.path : ""}${path}`,
      createConnection: () => connection,
    });
    const late = (): unknown => asking.destroy(new Error("no answer in time"));
    // A process is no socket, and has no limit of its own
    if (address.transport === "ssh") setTimeout(late, timeoutMs).unref();
    else asking.setTimeout(timeoutMs, late);
    asking.once("error", (cause) => reject(unreachable(engine, cause)));
    asking.once("response", resolve);
    asking.end();
  });
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
