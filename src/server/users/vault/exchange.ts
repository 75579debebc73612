import { type Agent, type ClientRequest, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { Failure } from "../../../errors.ts";

export interface Question {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent: Agent;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly location?: string;
  /** What the JSON says; undefined where it is none. */
  readonly body: unknown;
}

/** A user's secret, a login, a token: none of them comes near to it. */
export const mostAnswerBytes = 256 * 1024;

/** Asks once, and follows nothing; rejects with Failure("failed") when no whole answer comes. */
export async function exchange(question: Question): Promise<Answer> {
  try {
    return await send(question);
  } catch (error) {
    // Vault closes connections that were idle for long, perhaps while we ask
    const mayRepeat = question.method === "GET" && error instanceof StaleConnection;
    if (!mayRepeat) throw toFailure(error, question);
  }
  try {
    return await send(question);
  } catch (error) {
    throw toFailure(error, question);
  }
}

class StaleConnection extends Error {}

function send(question: Question): Promise<Answer> {
  const { method, url, headers, body, agent, signal } = question;
  const request = url.protocol === "https:" ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says
    const options = { method, agent, signal, headers: { ...headers, ...length }, rejectUnauthorized: true };
    const asked: ClientRequest = request(url, options, (answer) => {
      receive(answer).then(resolve, reject);
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      const stale = asked.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    asked.end(body);
  });
}

async function receive(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop ends the connection
    if (bytes > mostAnswerBytes) throw new Failure("failed", "Vault's answer is larger than any should be");
    chunks.push(chunk);
  }
  const { location } = answer.headers;
  return {
    status: answer.statusCode ?? 0,
    body: parseJson(Buffer.concat(chunks).toString("utf8")),
    ...(location === undefined ? {} : { location }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function toFailure(error: unknown, { url, signal }: Question): Failure {
  if (error instanceof Failure) return error;
  const title = url.origin;
  if (signal.aborted) return new Failure("failed", `Vault at ${title} took too long to answer`);
  return new Failure("failed", `Vault at ${title} cannot be asked`, { cause: error });
}
