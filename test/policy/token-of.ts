import { mint } from "../../src/macaroon/mint.ts";
import { type VerifiedToken, verifyToken } from "../../src/policy/token.ts";

export const rootKey: Uint8Array = new Uint8Array(32).fill(7);
export const kid = "ab".repeat(16);
export const identifier = `docker-id:1:${kid}:${"cd".repeat(16)}`;

/** A token with these caveats, minted and verified as any. */
export function tokenOf(...caveats: readonly string[]): VerifiedToken {
  const token = verifyToken(mint({ rootKey, identifier, caveats }), rootKey);
  if ("refused" in token) throw new Error(token.refused);
  return token;
}
