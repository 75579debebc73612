import type { IncomingMessage } from "node:http";
import { Failure } from "../errors.ts";
import type {
  AuditLine,
  Destroyed,
  IdReport,
  InstallRootKey,
  Revoke,
  Revoked,
  RootKeySalt,
  Status,
} from "../protocol/admin.ts";
import { askVerifier, openAnswer } from "./ask-verifier.ts";
import type { VerifierAddress } from "./find-verifier.ts";

/** What the verifier says of itself. */
export async function readStatus(verifier: VerifierAddress): Promise<Status> {
  const status = await askVerifier<Status | undefined>(verifier, { method: "GET", path: "/status" });
  if (typeof status?.state !== "string" || typeof status.engine?.host !== "string") {
    throw new Failure("no_verifier", `what listens at ${verifier.name} is no docker-id verifier`);
  }
  return status;
}

/** What time the verifier takes it to be, in whole seconds; undefined when it does not say. */
export async function readVerifierTime(verifier: VerifierAddress): Promise<Date | undefined> {
  const answer = await openAnswer(verifier, { method: "GET", path: "/status" }, 10_000);
  answer.resume();
  const time = new Date(answer.headers.date ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Guards the engine with a first key; rejects with Failure("conflict") when it is guarded. */
export async function installRootKey(verifier: VerifierAddress, key: InstallRootKey): Promise<void> {
  await askVerifier(verifier, { method: "POST", path: "/root-key", body: key });
}

/** What makes the key in force of its secret; rejects with Failure("not_found") when no secret does. */
export async function readSalt(verifier: VerifierAddress): Promise<RootKeySalt> {
  return await askVerifier(verifier, { method: "GET", path: "/root-key/salt" });
}

/** What the verifier makes of an id; rejects with Failure("refused") when it does not verify. */
export async function readReport(verifier: VerifierAddress, id: string): Promise<IdReport> {
  return await askVerifier(verifier, { method: "GET", path: "/ids/self", id });
}

/** Takes back an id, or what carries a link, with everything narrowed from it. */
export async function revoke(verifier: VerifierAddress, id: string, wish: Revoke): Promise<Revoked> {
  return await askVerifier(verifier, { method: "POST", path: "/revocations", id, body: wish });
}

/** Ends authorization; the engine is open again. */
export async function destroyRootKey(verifier: VerifierAddress, id: string): Promise<Destroyed> {
  return await askVerifier(verifier, { method: "DELETE", path: "/root-key", id });
}

/** The audit's lines, oldest first; with `follow` they go on as they are written. */
export async function* readAudit(
  verifier: VerifierAddress,
  id: string,
  wish: { readonly refused: boolean; readonly follow: boolean },
): AsyncGenerator<{ readonly line: AuditLine; readonly raw: string }> {
  const asked = [...(wish.refused ? ["refused=true"] : []), ...(wish.follow ? ["follow=true"] : [])];
  const path = `/audit?${asked.join("&")}`;
  const answer = await openAnswer(verifier, { method: "GET", path, id }, wish.follow ? 0 : 30_000);
  for await (const raw of readLines(answer, verifier)) yield { line: JSON.parse(raw) as AuditLine, raw };
}

/** Whole lines only: one that a verifier did not finish is none. */
async function* readLines(answer: IncomingMessage, verifier: VerifierAddress): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of answer.setEncoding("utf8")) {
      const lines = `${rest}${chunk as string}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines.filter((line) => line !== "");
    }
  } catch (cause) {
    throw new Failure("no_verifier", `the verifier at ${verifier.name} broke off`, { cause });
  }
}
