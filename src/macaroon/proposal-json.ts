import { decodeBase64 } from "./base64url.ts";
import { fault } from "./faults.ts";
import { readCaveats, readJson, requireText } from "./json.ts";
import type { Macaroon } from "./macaroon.ts";

/**
 * Reads what the `docker id` proposal of 2015 printed: padded base64 of
 * `{"caveats":[{"cid":…}],"location":…,"identifier":…,"signature":…}`, keys in this order, the signature in lower-case
 * hex.
 */
export function readProposalJson(text: string): Macaroon {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw fault("base64");
  const json = readJson(bytes.toString("latin1"));
  if (Object.keys(json).join() !== "caveats,location,identifier,signature") throw fault("field");
  const caveats = readCaveats(json["caveats"], "cid", ["vid", "cl"]);
  const location = requireText(json, "location");
  const identifier = requireText(json, "identifier");
  const hex = requireText(json, "signature");
  if (!/^[0-9a-f]{64}$/.test(hex)) throw fault("signature");
  return { location, identifier, caveats, signature: new Uint8Array(Buffer.from(hex, "hex")) };
}
