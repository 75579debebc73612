import { createPublicKey, X509Certificate } from "node:crypto";
import { Failure } from "../../errors.ts";
import { readPem } from "./pem.ts";

/**
 * The certificates of a PEM file in their order, one at least. `what` names the file in errors; throws
 * Failure("misuse"), whose message holds nothing of the file.
 */
export function readCertificates(text: string, what: string): [X509Certificate, ...X509Certificate[]] {
  const blocks = readPem(text);
  const [first, ...rest] = blocks
    .filter(({ label }) => label === "CERTIFICATE")
    .map((block) => readCertificate(block.text, what));
  if (first !== undefined) return [first, ...rest];
  throw new Failure(
    "misuse",
    `${what} ${describeInstead(
      text,
      blocks.map(({ label }) => label),
    )}`,
    {
      hint: "a certificate is made with the key: docker-id registry keys, or openssl req -new -x509 -key KEY",
    },
  );
}

/**
 * The leaf, which is the first, and those after it of which each certifies the one before: the order in which `x5c`
 * wants them. What else the file holds, such as another pair's certificate, is left out.
 */
export function chainOf([leaf, ...others]: readonly [X509Certificate, ...X509Certificate[]]): X509Certificate[] {
  const chain = [leaf];
  for (const next of others) {
    const last = chain.at(-1) ?? leaf;
    if (!last.checkIssued(next) || !last.verify(next.publicKey)) break;
    chain.push(next);
  }
  return chain;
}

/**
 * Go, and so a registry, reads named curves and uncompressed points alone; OpenSSL takes what is spelled out for the
 * curve that it is. Throws Failure("misuse"). Of a key of a kind that registries accept.
 */
export function requirePlain({ publicKey }: X509Certificate, what: string): void {
  const plain = createPublicKey({ key: publicKey.export({ format: "jwk" }), format: "jwk" });
  const [found, wanted] = [publicKey, plain].map((key) => key.export({ type: "spki", format: "der" }));
  if (found !== undefined && wanted !== undefined && found.equals(wanted)) return;
  throw new Failure("misuse", `${what} spells its key in a form that registries do not read`, {
    hint: "name the curve, and leave the point uncompressed, or make a pair: docker-id registry keys",
  });
}

function readCertificate(text: string, what: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new Failure("misuse", `${what} holds a certificate that cannot be read`, {
      hint: "copy the file anew, or make another pair: docker-id registry keys",
    });
  }
}

function describeInstead(text: string, labels: readonly string[]): string {
  if (text.trim() === "") return "is empty";
  if (labels.some((label) => label.endsWith("PUBLIC KEY"))) return "holds a public key in place of a certificate";
  if (labels.some((label) => label.endsWith("PRIVATE KEY"))) return "holds a private key in place of a certificate";
  if (labels.includes("CERTIFICATE REQUEST")) return "holds a certificate request in place of a certificate";
  return "holds no certificate in PEM";
}
