import "reflect-metadata";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { X509CertificateGenerator } from "@peculiar/x509";
import { hasLeadingZero } from "../../src/registry/signing/key-id.ts";
import { openssl, type Pair } from "./certificates.ts";

/** The curves that the older token servers' guides name. */
export type Curve = "secp224r1" | "secp256r1" | "secp384r1" | "secp521r1";

/** Where a pair of that name lies. */
export function pairIn(folder: string, name: string): Pair {
  return { key: join(folder, `${name}-key.pem`), certificate: join(folder, `${name}-cert.pem`) };
}

/**
 * Makes a key and its certificate for signing a registry's tokens, by the very commands of the older token servers'
 * guides: with the block of EC PARAMETERS before the key.
 */
export function makeSigningPair(folder: string, name: string, curve: Curve = "secp256r1", days = 60): Pair {
  const pair = pairIn(folder, name);
  openssl("ecparam", "-genkey", "-name", curve, "-out", pair.key);
  // One in 128: registries do not agree about its name
  const short = curve === "secp256r1" && hasLeadingZero(createPublicKey(readFileSync(pair.key)));
  if (short) return makeSigningPair(folder, name, curve, days);
  certify(pair, days);
  return pair;
}

/** The same with a key of another kind, as `openssl genpkey` makes it: PKCS #8. */
export function makePairOf(folder: string, name: string, ...kind: readonly string[]): Pair {
  const pair = pairIn(folder, name);
  openssl("genpkey", ...kind, "-out", pair.key);
  certify(pair, 60);
  return pair;
}

/** Writes a certificate of an elliptic key that is there, valid from one time to another: openssl's start now. */
export async function certifyBetween(pair: Pair, from: Date, to: Date): Promise<void> {
  const key = createPrivateKey(readFileSync(pair.key));
  const web = { name: "ECDSA", namedCurve: "P-256" };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=docker-id",
    keys: {
      privateKey: key.toCryptoKey(web, false, ["sign"]),
      publicKey: createPublicKey(key).toCryptoKey(web, true, ["verify"]),
    },
    signingAlgorithm: { ...web, hash: "SHA-256" },
    notBefore: from,
    notAfter: to,
  });
  writeFileSync(pair.certificate, certificate.toString("pem"));
}

/** Writes a certificate of a key that is there. */
export function certify(pair: Pair, days: number): void {
  const subject = ["-subj", "/CN=docker-id"];
  openssl("req", "-new", "-x509", "-key", pair.key, "-out", pair.certificate, "-days", String(days), ...subject);
}
