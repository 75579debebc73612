import { extend } from "./chain.ts";
import type { Macaroon } from "./macaroon.ts";
import { requireWellFormed } from "./well-formed.ts";

/** The token with more caveats after those that it has; throws Failure("misuse") when it could not be read again. */
export function attenuate(macaroon: Macaroon, caveats: readonly string[]): Macaroon {
  const narrower = { ...macaroon, caveats: [...macaroon.caveats, ...caveats] };
  requireWellFormed(narrower);
  return { ...narrower, signature: extend(macaroon.signature, caveats).at(-1) ?? macaroon.signature };
}
