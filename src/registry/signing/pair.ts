import type { KeyObject, X509Certificate } from "node:crypto";
import type { CryptoKey } from "jose";
import { Failure } from "../../errors.ts";
import { type Algorithm, algorithmOf } from "./algorithms.ts";
import { chainOf, readCertificates, requirePlain } from "./certificates.ts";
import { hasLeadingZero, type KeyIdForm, keyIdOf } from "./key-id.ts";
import { readPrivateKey } from "./private-key.ts";

/** A key and its certificate, seen to belong together, and the header of the tokens that they sign. */
export interface SigningPair {
  readonly algorithm: Algorithm;
  /** The private key; not extractable. */
  readonly key: CryptoKey;
  readonly publicKey: KeyObject;
  readonly header: TokenHeader;
  /** When registries begin and cease to accept the chain. */
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** A token's protected header. */
export interface TokenHeader {
  readonly typ: "JWT";
  readonly alg: Algorithm["name"];
  readonly kid: string;
  /** The certificates in standard base64 of their DER, leaf first. */
  readonly x5c?: string[];
}

/** The texts of the two files, and what they are called in errors. */
export interface PairTexts {
  readonly certificate: string;
  readonly key: string;
  readonly certificateName: string;
  readonly keyName: string;
}

/** Reads a pair for signing; rejects with Failure("misuse") where registries would not accept what it signs. */
export async function readPair(texts: PairTexts, form: { x5c: boolean; kid: KeyIdForm }): Promise<SigningPair> {
  const certificateIs = `the signing certificate ${texts.certificateName}`;
  const keyIs = `the signing key ${texts.keyName}`;
  const certificates = readCertificates(texts.certificate, certificateIs);
  const key = readPrivateKey(texts.key, keyIs);
  const algorithm = algorithmOf(key, keyIs);
  const [leaf] = certificates;
  if (!leaf.checkPrivateKey(key)) throw foreign(certificates, key, certificateIs, keyIs);
  const { publicKey } = leaf;
  requirePlain(leaf, certificateIs);
  if (!form.x5c && form.kid === "rfc7638" && hasLeadingZero(publicKey)) {
    throw new Failure(
      "misuse",
      `${keyIs} has a coordinate that begins with a zero byte, and registries from 3.0 on misname it`,
      {
        hint: "send the certificate along (x5c), or make another pair: docker-id registry keys",
      },
    );
  }
  const chain = chainOf(certificates);
  return {
    algorithm,
    key: key.toCryptoKey(algorithm.web, false, ["sign"]),
    publicKey,
    header: {
      typ: "JWT",
      alg: algorithm.name,
      kid: await keyIdOf(publicKey, form.kid),
      ...(form.x5c ? { x5c: chain.map(({ raw }) => raw.toString("base64")) } : {}),
    },
    validFrom: new Date(Math.max(...chain.map(({ validFromDate }) => validFromDate.getTime()))),
    validTo: new Date(Math.min(...chain.map(({ validToDate }) => validToDate.getTime()))),
  };
}

function foreign(certificates: readonly X509Certificate[], key: KeyObject, certificateIs: string, keyIs: string) {
  const later = certificates.some((certificate) => certificate.checkPrivateKey(key));
  return new Failure("misuse", `${keyIs} is not the key of ${later ? "the first in " : ""}${certificateIs}`, {
    hint: later
      ? "put the certificate of this key first, or name a file of it alone"
      : "name the two files that were made together, or make a pair: docker-id registry keys",
  });
}
