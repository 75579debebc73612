import type { Endpoint } from "../docker-cli/endpoint.ts";
import { Failure } from "../errors.ts";
import type { Explain, Explanation } from "../protocol/explain.ts";
import { openEngineAnswer } from "./ask-engine.ts";
import { askVerifier } from "./ask-verifier.ts";
import type { VerifierAddress } from "./find-verifier.ts";

/** What would become of a request; rejects with Failure("refused") when the id that asks is not valid, or may not ask. */
export async function explainRequest(verifier: VerifierAddress, id: string, wish: Explain): Promise<Explanation> {
  const path = "/explain";
  const said = await askVerifier<Explanation | undefined>(verifier, { method: "POST", path, id, body: wish });
  if (said?.verdict === "allowed" || said?.verdict === "refused") return said;
  throw new Failure("failed", `the verifier at ${verifier.name} explains nothing that could be understood`);
}

/** An engine's answer to a read, whole. */
export interface ReadAnswer {
  readonly status: number;
  /** Those that docker goes by. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const largestBytes = 16 * 1024 * 1024;
const headers = [
  "content-type",
  "api-version",
  "docker-experimental",
  "ostype",
  "builder-version",
  "swarm",
  "x-docker-container-path-stat",
];

/** Reads from the engine with an id; rejects with Failure("no_engine") when no whole answer comes within time and size. */
export async function readFromEngine(
  engine: Endpoint,
  method: "GET" | "HEAD",
  target: string,
  id: string,
): Promise<ReadAnswer> {
  const answer = await openEngineAnswer(engine, method, target, id);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largestBytes) throw new Error("the answer is too large");
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Failure("no_engine", `the engine at ${engine.name} gave no whole answer`, { cause });
  }
  const kept = headers.flatMap((name) => {
    const value = answer.headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return { status: answer.statusCode ?? 0, headers: Object.fromEntries(kept), body: Buffer.concat(chunks) };
}
