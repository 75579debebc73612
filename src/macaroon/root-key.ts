import { scrypt } from "node:crypto";
import { Failure } from "../errors.ts";

const cost = { N: 2 ** 17, r: 8, p: 1 };

/**
 * The root key of 32 bytes that a secret and a salt of 32 bytes make, by scrypt over the secret's UTF-8, which takes a
 * third of a second and 128 MiB by design. Rejects with Failure("misuse") for an empty secret or another salt.
 */
export async function deriveRootKey(secret: string, salt: Uint8Array): Promise<Uint8Array> {
  if (secret === "") throw new Failure("misuse", "the secret is empty");
  if (salt.length !== 32) throw new Failure("misuse", "a salt has to be 32 bytes long");
  return new Promise((resolve, reject) => {
    // Node refuses more than 32 MiB unless told otherwise; scrypt takes 128·N·r and a little
    scrypt(secret, salt, 32, { ...cost, maxmem: 256 * cost.N * cost.r }, (error, key) => {
      if (error === null) resolve(new Uint8Array(key));
      else reject(new Failure("failed", "the root key could not be derived from the secret", { cause: error }));
    });
  });
}
