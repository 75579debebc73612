import { join } from "node:path";
import { openssl, type Pair } from "./certificates.ts";

/** The curves that the older token servers' guides name. */
export type Curve = "secp224r1" | "secp256r1" | "secp384r1" | "secp521r1";

/**
 * Makes a key and its certificate for signing a registry's tokens, by the very commands of the older token servers'
 * guides: with the block of EC PARAMETERS before the key.
 */
export function makeSigningPair(folder: string, name = "signing", curve: Curve = "secp256r1", days = 60): Pair {
  const pair = { key: join(folder, `${name}-key.pem`), certificate: join(folder, `${name}-cert.pem`) };
  openssl("ecparam", "-genkey", "-name", curve, "-out", pair.key);
  certify(pair, days);
  return pair;
}

/** The same with an RSA key, PKCS #8. */
export function makeRsaPair(folder: string, name = "rsa", bits = 2048): Pair {
  const pair = { key: join(folder, `${name}-key.pem`), certificate: join(folder, `${name}-cert.pem`) };
  openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`, "-out", pair.key);
  certify(pair, 60);
  return pair;
}

/** Writes a certificate of a key that is there. */
export function certify(pair: Pair, days: number): void {
  const subject = ["-subj", "/CN=docker-id"];
  openssl("req", "-new", "-x509", "-key", pair.key, "-out", pair.certificate, "-days", String(days), ...subject);
}
