import { readFileSync } from "node:fs";
import type { IncomingMessage, RequestOptions } from "node:http";
import { text } from "node:stream/consumers";
import { unreachable } from "../docker-cli/dial.ts";
import type { Endpoint } from "../docker-cli/endpoint.ts";
import { Failure } from "../errors.ts";
import { idHeader } from "../protocol/headers.ts";

/** An engine's answer; `body` is its JSON, undefined where it is none. */
export interface EngineAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An import of its names would load a web client with it, 15 ms. */
const http = process.getBuiltinModule("node:http");

type Send = typeof http.request;

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
  const { send, options } = await connectionTo(engine);
  return await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = send({
      ...options,
      method,
      // With any agent, Node makes the connection itself
      agent: options.createConnection === undefined ? false : undefined,
      headers: {
        // A socket has no name of its own; over TLS the name is what the certificate has to be for.
        ...(engine.address.transport === "tcp" ? {} : { host: "docker" }),
        ...(id === undefined ? {} : { [idHeader]: id }),
      },
      path: `${engine.address.transport === "tcp" ? engine.address.path : ""}${path}`,
    });
    const late = (): unknown => asking.destroy(new Error("no answer in time"));
    // A process is no socket, and has no limit of its own
    if (engine.address.transport === "ssh") setTimeout(late, timeoutMs).unref();
    else asking.setTimeout(timeoutMs, late);
    asking.once("error", (cause) => reject(unreachable(engine, cause)));
    asking.once("response", resolve);
    asking.end();
  });
}

async function connectionTo(engine: Endpoint): Promise<{ send: Send; options: RequestOptions }> {
  const { address, tls } = engine;
  if (address.transport === "unix") return { send: http.request, options: { socketPath: address.path } };
  if (address.transport === "ssh") {
    const { dialSsh } = await import("../docker-cli/dial-ssh.ts");
    return { send: http.request, options: { createConnection: () => dialSsh(address.text) } };
  }
  if (address.transport !== "tcp") {
    throw new Failure("no_engine", "docker-id does not speak to npipe:// engines", {
      hint: "create takes full ids with --no-resolve",
    });
  }
  const where = { host: address.hostname, port: address.port };
  if (tls === undefined) return { send: http.request, options: where };
  const secure = await import("node:https");
  try {
    const options = {
      ...where,
      ca: readIfNamed(tls.ca),
      cert: readIfNamed(tls.cert),
      key: readIfNamed(tls.key),
      rejectUnauthorized: tls.verify,
    };
    return { send: secure.request, options };
  } catch (cause) {
    throw new Failure("no_engine", `the TLS files for ${engine.name} cannot be read`, { cause });
  }
}

function readIfNamed(path: string | undefined): Buffer | undefined {
  return path === undefined ? undefined : readFileSync(path);
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
