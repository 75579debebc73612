import { decodeBase64Url } from "./base64url.ts";
import { fault } from "./faults.ts";
import { limits, prefix } from "./macaroon.ts";
import type { Macaroon } from "./macaroon.ts";
import { readProposalJson } from "./proposal-json.ts";
import { readV1 } from "./v1.ts";
import { readV2Json } from "./v2-json.ts";
import { readV2 } from "./v2.ts";
import { requireWellFormed } from "./well-formed.ts";

type Format = readonly [start: string, read: (text: string) => Macaroon];

// What each format must begin with, so that no text is tried as two of them
const formats: readonly Format[] = [
  [prefix, (text) => readV2(decode(text.slice(prefix.length)))],
  ["Ag", (text) => readV2(decode(text))], // base64url of 0x02
  ["MD", (text) => readV1(decode(text))], // of the "00" in "0019location …"
  ["{", readV2Json],
  ["ey", readProposalJson], // base64 of "{"
];

/**
 * Reads a token as it is presented, in the one spelling that its format has: `dkid_` and V2 in base64url, V2 or V1 in
 * base64url without a prefix, V2 JSON, or the base64 of the 2015 proposal's JSON. Base64url has no padding, the
 * proposal's base64 has. Throws Failure("misuse"), with a message that never quotes the token.
 */
export function parse(text: string): Macaroon {
  if (text === "") throw fault("empty");
  if (text.length > limits.bytes) throw fault("tooLong");
  for (const [start, read] of formats) if (text.startsWith(start)) return requireWellFormed(read(text));
  throw fault("unknownFormat");
}

function decode(text: string): Buffer {
  const bytes = decodeBase64Url(text);
  if (bytes === undefined) throw fault("base64");
  return bytes;
}
