import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Code } from "../errors.ts";
import { codes, Failure } from "../errors.ts";
import type { Problem } from "../protocol/admin.ts";
import { adminPrefix } from "../protocol/admin.ts";
import type { VerifierAddress } from "./find-verifier.ts";

/** One question to the admin door. */
export interface Question {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/v1`. */
  readonly path: string;
  /** The id that asks, its text. */
  readonly id?: string;
  readonly body?: object;
}

/** An import of its names would load a web client with it, 15 ms. */
const http = process.getBuiltinModule("node:http");

/** Long enough for a verifier that is busy deriving or writing; nobody waits longer for a sign of life. */
const timeoutMs = 10_000;

/** Asks and gives the answer's JSON; every answer but a 2xx is a Failure with the verifier's own code and words. */
export async function askVerifier<T>(verifier: VerifierAddress, question: Question): Promise<T> {
  const answer = await openAnswer(verifier, question, timeoutMs);
  const body = await text(answer).catch((cause: unknown) => {
    throw unreachable(verifier, cause);
  });
  return readJson(body) as T;
}

/** Asks and gives the answer while it is still coming in; failures are those of {@link askVerifier}. */
export async function openAnswer(
  verifier: VerifierAddress,
  question: Question,
  idleMs: number,
): Promise<IncomingMessage> {
  const answer = await send(verifier, question, idleMs);
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return answer;
  const said = await text(answer).catch(() => "");
  throw toFailure(status, said);
}

function send(
  verifier: VerifierAddress,
  { method, path, id, body }: Question,
  idleMs: number,
): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asking = http.request({
      socketPath: verifier.path,
      method,
      path: `${adminPrefix}${path}`,
      agent: false,
      headers: {
        host: "docker-id",
        ...(id === undefined ? {} : { authorization: `Bearer ${id}` }),
        ...(payload === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
      },
    });
    if (idleMs > 0) asking.setTimeout(idleMs, () => asking.destroy(new Error("no answer in time")));
    asking.once("error", (cause) => reject(unreachable(verifier, cause)));
    asking.once("response", resolve);
    asking.end(payload);
  });
}

function unreachable(verifier: VerifierAddress, cause: unknown): Failure {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "EACCES" || code === "EPERM") {
    return new Failure("no_verifier", `you may not open the verifier's admin door, ${verifier.name}`, {
      hint: "be in its group (docker, unless it was set otherwise), or use sudo",
      cause,
    });
  }
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTSOCK" || code === "ENOTDIR") {
    return new Failure("no_verifier", `no verifier listens at ${verifier.name}`, {
      hint: "start one on the engine's host: systemctl start docker-id, or docker-id serve; DOCKER_ID_SERVER says where else",
      cause,
    });
  }
  return new Failure("no_verifier", `the verifier at ${verifier.name} broke off without an answer`, {
    hint: "see its log; docker-id status tells whether what you asked for was done",
    cause,
  });
}

function toFailure(status: number, body: string): Failure {
  const problem = readJson(body) as Partial<Problem> | undefined;
  const code = codes.find((known) => known === problem?.code) ?? codeOfStatus(status);
  const message = typeof problem?.message === "string" ? problem.message : `the verifier answered ${status}`;
  return new Failure(code, message, typeof problem?.hint === "string" ? { hint: problem.hint } : {});
}

/** For answers that are not the verifier's own, or a later version's. */
function codeOfStatus(status: number): Code {
  if (status === 401 || status === 403) return "refused";
  if (status === 404) return "not_found";
  return status === 409 ? "conflict" : "failed";
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
