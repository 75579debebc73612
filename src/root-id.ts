import { randomBytes } from "node:crypto";
import { readReport, readSalt } from "./client/admin.ts";
import type { VerifierAddress } from "./client/find-verifier.ts";
import { Failure } from "./errors.ts";
import { formatIdentifier, newIdentifier } from "./macaroon/identifier.ts";
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
 * Makes an engine's first root id again from its secret (another one, where that was revoked), with the salt that the verifier keeps, and has the verifier find
 * it good. Rejects with Failure("wrong_secret") when the secret is another one, with Failure("not_found") when no
 * secret makes this key.
 */
export async function recoverRootId(verifier: VerifierAddress, secret: string): Promise<RecoveredRootId> {
  const { kid, salt, identifier } = await readSalt(verifier);
  const rootKey = await deriveRootKey(secret, Buffer.from(salt, "base64url"));
  const macaroon = mint({ rootKey, identifier });
  const { revoked } = await readReport(verifier, serialize(macaroon)).catch((cause: unknown) => {
    throw cause instanceof Failure && cause.code === "refused"
      ? wrongSecret("the secret is not the one that guards this engine", cause)
      : cause;
  });
  // Whoever has the secret has the key: only the first root id of it is gone.
  return { macaroon: revoked ? mintRootId(rootKey, kid) : macaroon, rootKey, kid, salt };
}

/** Makes another root id of a key. */
export function mintRootId(rootKey: Uint8Array, kid: string): Macaroon {
  return mint({ rootKey, identifier: formatIdentifier(newIdentifier(randomBytes, kid)) });
}

/** The failure for a secret that makes another key. */
export function wrongSecret(message: string, cause?: unknown): Failure {
  return new Failure("wrong_secret", message, { cause });
}
