import { readReport, readSalt } from "./client/admin.ts";
import type { VerifierAddress } from "./client/find-verifier.ts";
import { Failure } from "./errors.ts";
import type { Macaroon } from "./macaroon/macaroon.ts";
import { mint } from "./macaroon/mint.ts";
import { deriveRootKey } from "./macaroon/root-key.ts";
import { serialize } from "./macaroon/serialize.ts";

/** A root id that was made again, and what it was made of. */
export interface RecoveredRootId {
  readonly macaroon: Macaroon;
  readonly rootKey: Uint8Array;
  readonly kid: string;
  /** base64url. */
  readonly salt: string;
}

/**
 * Makes an engine's first root id again from its secret, with the salt that the verifier keeps, and has the verifier find
 * it good. Rejects with Failure("wrong_secret") when the secret is another one, or when no secret makes this key.
 */
export async function recoverRootId(verifier: VerifierAddress, secret: string): Promise<RecoveredRootId> {
  const { kid, salt, identifier } = await readSalt(verifier).catch((cause: unknown) => {
    throw isFailure(cause, "not_found") ? wrongSecret("no secret makes this engine's key: it is random", cause) : cause;
  });
  const rootKey = await deriveRootKey(secret, Buffer.from(salt, "base64url"));
  const macaroon = mint({ rootKey, identifier });
  const { revoked } = await readReport(verifier, serialize(macaroon)).catch((cause: unknown) => {
    throw isFailure(cause, "refused") ? wrongSecret("the secret is not the one that guards this engine", cause) : cause;
  });
  if (revoked) throw new Failure("refused", "the root id that this secret makes was revoked");
  return { macaroon, rootKey, kid, salt };
}

/** The failure for a secret that makes another key. */
export function wrongSecret(message: string, cause?: unknown): Failure {
  return new Failure("wrong_secret", message, { cause });
}

function isFailure(error: unknown, code: Failure["code"]): boolean {
  return error instanceof Failure && error.code === code;
}
