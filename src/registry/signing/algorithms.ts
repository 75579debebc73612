import type { KeyObject } from "node:crypto";
import { Failure } from "../../errors.ts";

/** One way to sign that registries accept: all that differs between them. */
export interface Algorithm {
  /** JOSE's name of it. */
  readonly name: "ES256" | "ES384" | "ES512" | "RS256";
  /** What WebCrypto is told when a key is made or imported. */
  readonly web:
    | { readonly name: "ECDSA"; readonly namedCurve: "P-256" | "P-384" | "P-521" }
    | { readonly name: "RSASSA-PKCS1-v1_5"; readonly hash: "SHA-256" };
  /** WebCrypto's name of the digest, which the certificate is signed with too. */
  readonly hash: "SHA-256" | "SHA-384" | "SHA-512";
}

/** The ways in which tokens may be signed, the usual one first. */
export const algorithms = [
  { name: "ES256", web: { name: "ECDSA", namedCurve: "P-256" }, hash: "SHA-256" },
  { name: "ES384", web: { name: "ECDSA", namedCurve: "P-384" }, hash: "SHA-384" },
  { name: "ES512", web: { name: "ECDSA", namedCurve: "P-521" }, hash: "SHA-512" },
  { name: "RS256", web: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, hash: "SHA-256" },
] as const satisfies readonly Algorithm[];

/** OpenSSL's names of the curves. */
const byCurve: Readonly<Record<string, Algorithm>> = {
  prime256v1: algorithms[0],
  secp384r1: algorithms[1],
  secp521r1: algorithms[2],
};

const leastModulusBits = 2048;
const makeOne = "make a pair that registries accept: docker-id registry keys";

/** The algorithm that goes with a key; throws Failure("misuse") for a key that no registry accepts a token of. */
export function algorithmOf(key: KeyObject, what: string): Algorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (type === "ec") return ofCurve(details.namedCurve, what);
  if (type !== "rsa") {
    throw new Failure("misuse", `${what} is of the kind ${type ?? "unknown"}, which registries do not accept`, {
      hint: makeOne,
    });
  }
  const bits = details.modulusLength ?? 0;
  if (bits < leastModulusBits) {
    throw new Failure("misuse", `${what} is an RSA key of ${bits} bits, and ${leastModulusBits} are the least`, {
      hint: makeOne,
    });
  }
  return algorithms[3];
}

function ofCurve(curve: string | undefined, what: string): Algorithm {
  const found = curve !== undefined && Object.hasOwn(byCurve, curve) ? byCurve[curve] : undefined;
  if (found !== undefined) return found;
  const said = `is on ${curve === undefined ? "a curve without a name" : `the curve ${curve}`}`;
  throw new Failure("misuse", `${what} ${said}, and registries accept secp256r1, secp384r1 and secp521r1`, {
    hint: makeOne,
  });
}
