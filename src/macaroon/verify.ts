import { timingSafeEqual } from "node:crypto";
import { extend, firstSignature } from "./chain.ts";
import type { Macaroon } from "./macaroon.ts";
import { requireWellFormed } from "./well-formed.ts";

/**
 * The signatures along the chain, the one before any caveat first and the token's own last; undefined when the token is
 * not what was minted with this root key and narrowed since. What its caveats mean is asked elsewhere, and only then.
 * Throws Failure("misuse") for a root key that is not 32 bytes, and for a macaroon that `parse` would not give.
 */
export function verify(macaroon: Macaroon, rootKey: Uint8Array): readonly Uint8Array[] | undefined {
  const { identifier, caveats, signature } = requireWellFormed(macaroon);
  const chain = extend(firstSignature(rootKey, identifier), caveats);
  const last = chain[chain.length - 1];
  return last !== undefined && timingSafeEqual(last, signature) ? chain : undefined;
}
