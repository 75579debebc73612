import { decodeBase64Url } from "./base64url.ts";
import { fault } from "./faults.ts";
import { readCaveats, readJson, requireText } from "./json.ts";
import type { Macaroon } from "./macaroon.ts";

const known = new Set(["v", "s64", "i", "l", "c"]);

/**
 * Reads the V2 JSON format, `{"v":2,"s64":…,"i":…,"l":…,"c":[{"i":…}]}`. Keys may stand in any order and `v` may be
 * missing, since each macaroon library has its own way; an empty `l` or `c` is left out, and the rest has one spelling.
 */
export function readV2Json(text: string): Macaroon {
  const json = readJson(text);
  const keys = Object.keys(json);
  if (!keys.every((key) => known.has(key))) throw fault("field");
  if (keys.includes("v") && json["v"] !== 2) throw fault("field");
  const location = keys.includes("l") ? requireText(json, "l") : undefined;
  const caveats = keys.includes("c") ? readCaveats(json["c"], "i", ["v", "v64", "l", "l64"]) : undefined;
  if (location === "" || caveats?.length === 0) throw fault("emptyField");
  const identifier = requireText(json, "i");
  const signature = decodeBase64Url(requireText(json, "s64"));
  if (signature === undefined) throw fault("base64");
  return { location: location ?? "", identifier, caveats: caveats ?? [], signature: new Uint8Array(signature) };
}
