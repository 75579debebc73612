import { fault } from "./faults.ts";
import { limits, prefix } from "./macaroon.ts";
import type { Macaroon } from "./macaroon.ts";
import { lengthV2 } from "./v2.ts";

const unprintable = /[^\x20-\x7e]/;

/**
 * Gives back a macaroon that keeps every rule which can be told without a key, so that it has exactly one serialization
 * and that one can be read again; throws Failure("misuse") for any other.
 */
export function requireWellFormed(macaroon: Macaroon): Macaroon {
  const { location, identifier, caveats, signature } = macaroon;
  if (caveats.length > limits.caveats) throw fault("tooManyCaveats");
  if (identifier === "" || caveats.includes("")) throw fault("emptyField");
  if (unprintable.test(location) || unprintable.test(identifier)) throw fault("unprintable");
  for (const caveat of caveats) if (unprintable.test(caveat)) throw fault("unprintable");
  if (signature.length !== 32) throw fault("signature");
  if (prefix.length + Math.ceil((lengthV2(macaroon) * 4) / 3) > limits.bytes) throw fault("tooLong");
  return macaroon;
}
