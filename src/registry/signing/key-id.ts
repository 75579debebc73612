import { createHash, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint } from "jose";

/** How a token names its key: as registries up to 2.8 reckon it, as later ones do, or as somebody chose. */
export type KeyIdForm = "libtrust" | "rfc7638" | { readonly text: string };

/** The name of a public key in that form. */
export async function keyIdOf(key: KeyObject, form: KeyIdForm): Promise<string> {
  if (form === "libtrust") return libtrustKeyId(key);
  if (form === "rfc7638") return await calculateJwkThumbprint(key);
  return form.text;
}

/** libtrust's: the first 30 bytes of the SHA-256 of the SPKI in base32, twelve groups of four joined by colons. */
export function libtrustKeyId(key: KeyObject): string {
  const digest = createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
  return (toBase32(digest.subarray(0, 30)).match(/.{4}/g) ?? []).join(":");
}

/**
 * Whether a coordinate of an elliptic key begins with a zero byte. Registries from 3.0 on leave such bytes out before
 * they reckon the RFC 7638 name of a key in their bundle, so that they know it under another name than everybody else.
 */
export function hasLeadingZero(key: KeyObject): boolean {
  const { x, y } = key.export({ format: "jwk" });
  return [x, y].some((coordinate) => coordinate !== undefined && Buffer.from(coordinate, "base64url")[0] === 0);
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648 without padding, of a whole number of five-byte groups. */
function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((group) => alphabet.charAt(Number.parseInt(group, 2))).join("");
}
