import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { openssl, type Pair } from "./certificates.ts";

/**
 * Makes a key and a certificate for tokens in a folder, with the commands that the token servers before this one told
 * people to type.
 */
export function makeSigningKeys(folder: string, curve = "secp256r1", name = "token"): Pair {
  const made = { key: path.join(folder, `${name}.key`), certificate: path.join(folder, `${name}.crt`) };
  do openssl("ecparam", "-genkey", "-name", curve, "-noout", "-out", made.key);
  while (isShort(made.key));
  openssl("req", "-new", "-x509", "-key", made.key, "-out", made.certificate, "-days", "365", "-subj", "/CN=docker-id");
  return made;
}

// One in 128: registries do not agree with themselves about such a key, and docker-id does not take it.
function isShort(key: string): boolean {
  const { x = "", y = "" } = createPublicKey(readFileSync(key)).export({ format: "jwk" });
  return [x, y].some((coordinate) => Buffer.from(coordinate, "base64url")[0] === 0);
}
