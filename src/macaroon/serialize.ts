import { prefix } from "./macaroon.ts";
import type { Macaroon } from "./macaroon.ts";
import { writeV2 } from "./v2.ts";
import { requireWellFormed } from "./well-formed.ts";

/** The one text in which docker-id writes a token: `dkid_` and its V2 binary format in base64url without padding. */
export function serialize(macaroon: Macaroon): string {
  return prefix + writeV2(requireWellFormed(macaroon)).toString("base64url");
}
