import { hash } from "node:crypto";
import { type ReadCaveat, readCaveat } from "../caveats/vocabulary.ts";
import { Failure } from "../errors.ts";
import { parseIdentifier } from "../macaroon/identifier.ts";
import { limits, type Macaroon } from "../macaroon/macaroon.ts";
import { verify } from "../macaroon/verify.ts";

/** A token whose signature is right and whose every caveat is understood; whether it is revoked is not known here. */
export interface VerifiedToken {
  /** The key that it was minted with, 32 hex digits. */
  readonly kid: string;
  /** In the order in which they were added. */
  readonly caveats: readonly ReadCaveat[];
  /** Its only caveats are `link` and `for`: it may do everything. */
  readonly root: boolean;
  /** Values of its `link` caveats, oldest first. */
  readonly links: readonly string[];
  /** Values of its `for` caveats, oldest first. */
  readonly names: readonly string[];
  /** SHA-256 of each signature along the chain: before any caveat first, the token's own last. Revocations name these. */
  readonly digests: readonly Uint8Array[];
  /** The earliest of its `expires`. */
  readonly expires?: Date;
}

/**
 * Verifies a token's signature and, only once that is right, reads its caveats. What is refused comes with a sentence
 * without a final stop.
 */
export function verifyToken(macaroon: Macaroon, rootKey: Uint8Array): VerifiedToken | { readonly refused: string } {
  const chain = verify(macaroon, rootKey);
  if (chain === undefined)
    return { refused: "the id's signature is not right: it was altered, or minted with another key" };
  const kid = parseIdentifier(macaroon.identifier)?.kid;
  if (kid === undefined) return { refused: "the id was not minted by docker-id" };
  if (macaroon.caveats.length > limits.caveats) return { refused: `the id has more than ${limits.caveats} caveats` };

  const caveats: ReadCaveat[] = [];
  for (const text of macaroon.caveats) {
    const caveat = understand(text);
    if ("refused" in caveat) return caveat;
    caveats.push(caveat);
  }
  const valuesOf = (name: string): readonly unknown[] =>
    caveats.filter((caveat) => caveat.name === name).map(({ value }) => value);
  const [expires] = (valuesOf("expires") as Date[]).toSorted((one, other) => one.getTime() - other.getTime());
  return {
    kid,
    caveats,
    root: caveats.every(({ name }) => name === "link" || name === "for"),
    links: valuesOf("link") as string[],
    names: valuesOf("for") as string[],
    digests: chain.map(digestOf),
    ...(expires && { expires }),
  };
}

// By way of text: a Buffer that Node makes for a digest costs more than the digest
function digestOf(signature: Uint8Array): Uint8Array {
  return Buffer.from(hash("sha256", signature, "binary"), "latin1");
}

function understand(text: string): ReadCaveat | { readonly refused: string } {
  try {
    return readCaveat(text);
  } catch (error) {
    if (error instanceof Failure) return { refused: error.message };
    throw error;
  }
}
