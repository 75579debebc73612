import { attenuate } from "./attenuate.ts";
import { firstSignature } from "./chain.ts";
import type { Macaroon } from "./macaroon.ts";
import { requireWellFormed } from "./well-formed.ts";

/** What {@link mint} makes a token of: a root key of 32 bytes, texts of printable ASCII. */
export interface Minting {
  readonly rootKey: Uint8Array;
  readonly identifier: string;
  readonly location?: string;
  readonly caveats?: readonly string[];
}

/** Makes a token; throws Failure("misuse") for a root key of another length, and for what could not be read again. */
export function mint({ rootKey, identifier, location = "", caveats = [] }: Minting): Macaroon {
  const unsigned = { location, identifier, caveats: [], signature: new Uint8Array(32) };
  requireWellFormed(unsigned);
  return attenuate({ ...unsigned, signature: firstSignature(rootKey, identifier) }, caveats);
}
