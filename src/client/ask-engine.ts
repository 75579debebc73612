import { readFileSync } from "node:fs";
import type { IncomingMessage, RequestOptions } from "node:http";
import { text } from "node:stream/consumers";
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
      agent: false,
      headers: {
        // A socket has no name of its own; over TLS the name is what the certificate has to be for.
        ...(engine.address.transport === "unix" ? { host: "docker" } : {}),
        ...(id === undefined ? {} : { [idHeader]: id }),
      },
      path: `${engine.address.transport === "tcp" ? engine.address.path : ""}${path}`,
    });
    asking.setTimeout(timeoutMs, () => asking.destroy(new Error("no answer in time")));
    asking.once("error", (cause) => reject(unreachable(engine, cause)));
    asking.once("response", resolve);
    asking.end();
  });
}

async function connectionTo(engine: Endpoint): Promise<{ send: Send; options: RequestOptions }> {
  const { address, tls } = engine;
  if (address.transport === "unix") return { send: http.request, options: { socketPath: address.path } };
  if (address.transport !== "tcp") {
    throw new Failure("no_engine", `docker-id itself does not speak to ${address.transport}:// engines yet`, {
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

function unreachable(engine: Endpoint, cause: unknown): Failure {
  const code = String((cause as NodeJS.ErrnoException).code);
  if (code === "EACCES" || code === "EPERM") {
    const hint = "be in its group, or use sudo";
    return new Failure("no_engine", `you may not open the engine's socket, ${engine.name}`, { hint, cause });
  }
  if (/TLS|SSL|CERT|SIGNATURE/.test(code)) {
    const hint = "--tlscacert, DOCKER_CERT_PATH or the docker context says whom to trust and who you are";
    return new Failure("no_engine", `the engine at ${engine.name} and this machine do not trust each other's TLS`, {
      hint,
      cause,
    });
  }
  const hint = "is it running? -H, DOCKER_HOST or a docker context says where else";
  return new Failure("no_engine", `the engine at ${engine.name} does not answer`, { hint, cause });
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
