import { createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../../../src/errors.ts";
import type { KeyIdForm } from "../../../src/registry/signing/key-id.ts";
import { readPair, type SigningPair } from "../../../src/registry/signing/pair.ts";
import { makeAuthority, openssl, type Pair } from "../../support/certificates.ts";
import { needs } from "../../support/needs.ts";
import { certify, makePairOf, makeSigningPair, pairIn } from "../../support/signing.ts";

const missing = needs("openssl");

/** A P-256 key, a coordinate of which begins with a zero byte: one in 128. */
function makeShortKey(): string {
  for (;;) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    // Base64 of six zero bits
    if (/^A[A-D]/.test(x) || /^A[A-D]/.test(y)) return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  }
}

const read = (file: string): string => readFileSync(file, "latin1");
const armour = (label: string, body: string): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

async function load(key: string, certificate: string, x5c = true, kid: KeyIdForm = "libtrust"): Promise<SigningPair> {
  return readPair({ key, certificate, keyName: "K", certificateName: "C" }, { x5c, kid });
}

async function refuse(key: string, certificate: string, message: string, x5c?: boolean, kid?: KeyIdForm) {
  const error: unknown = await load(key, certificate, x5c, kid).catch((thrown: unknown) => thrown);
  if (!(error instanceof Failure)) throw new Error("it was taken");
  expect({ code: error.code, message: error.message }).toEqual({ code: "misuse", message });
  expect(error.hint).toMatch(/docker-id registry keys|openssl|x5c|certificate/);
  const told = `${error.message} ${error.hint ?? ""} ${String(error.cause)}`;
  for (const line of `${key}\n${certificate}`.split("\n").filter((part) => /^[A-Za-z0-9+/=]{16,}$/.test(part))) {
    expect(told).not.toContain(line.slice(0, 16));
  }
}

describe.skipIf(missing !== undefined)(`a signing pair${missing === undefined ? "" : `: ${missing}`}`, () => {
  let folder: string;
  let good: Pair;
  const at = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-pair-"));
    good = makeSigningPair(folder, "good");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["secp256r1", "ES256"],
    ["secp384r1", "ES384"],
    ["secp521r1", "ES512"],
  ] as const)("is read as openssl writes it, and as PKCS #8: %s", async (curve, alg) => {
    const pair = makeSigningPair(folder, curve, curve);
    expect(read(pair.key)).toMatch(/^-----BEGIN EC PARAMETERS-----[\s\S]*-----BEGIN EC PRIVATE KEY-----/);
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", pair.key, "-out", at("pkcs8.pem"));
    expect(read(at("pkcs8.pem"))).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    const [first, second] = [
      await load(read(pair.key), read(pair.certificate)),
      await load(read(at("pkcs8.pem")), read(pair.certificate)),
    ];
    expect(first.header.alg).toBe(alg);
    expect(second.header).toEqual(first.header);
    expect(first.key.extractable).toBe(false);
    expect(first.header.x5c).toEqual([new X509Certificate(read(pair.certificate)).raw.toString("base64")]);
  });

  it("may be RSA, in both forms, with lines that end as on Windows", async () => {
    const pair = makePairOf(folder, "rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
    openssl("rsa", "-traditional", "-in", pair.key, "-out", at("rsa-traditional.pem"));
    expect(read(at("rsa-traditional.pem"))).toContain("BEGIN RSA PRIVATE KEY");
    for (const key of [pair.key, at("rsa-traditional.pem")]) {
      const windows = read(key).replaceAll("\n", "\r\n");
      expect((await load(windows, read(pair.certificate).replaceAll("\n", "\r\n"))).header.alg).toBe("RS256");
    }
  });

  it("names its key as it is told, and sends the certificate or not", async () => {
    const [key, certificate] = [read(good.key), read(good.certificate)];
    expect((await load(key, certificate, false)).header).toEqual({
      typ: "JWT",
      alg: "ES256",
      kid: expect.stringMatching(/^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$/) as string,
    });
    expect((await load(key, certificate, true, { text: "mine" })).header.kid).toBe("mine");
  });

  it("sends the certificates that vouch for its own, leaf first, and no others", async () => {
    const authority = makeAuthority(folder);
    const issued = authority.issue("issued", "/CN=docker-id");
    const [leaf, issuer, other] = [issued.certificate, authority.certificate, good.certificate].map(read);
    const ders = [leaf, issuer].map((pem) => new X509Certificate(pem ?? "").raw.toString("base64"));
    const chained = await load(read(issued.key), `${leaf}${issuer}${other}`);
    expect(chained.header.x5c).toEqual(ders);
    expect((await load(read(issued.key), `${leaf}${other}${issuer}`)).header.x5c).toEqual(ders.slice(0, 1));
    // No registry accepts it for longer than any of its chain
    const signer = ["-CA", authority.certificate, "-CAkey", authority.key, "-CAcreateserial"];
    for (const [days, shortest] of [
      ["1", issued.certificate],
      ["9", authority.certificate],
    ] as const) {
      openssl("x509", "-req", "-in", at("issued.csr"), ...signer, "-days", days, "-out", issued.certificate);
      const { validTo } = await load(read(issued.key), read(issued.certificate) + read(authority.certificate));
      expect(validTo).toEqual(new X509Certificate(read(shortest)).validToDate);
    }
  });

  it("is no pair when the key is another's", async () => {
    const other = makeSigningPair(folder, "other");
    await refuse(
      read(other.key),
      read(good.certificate),
      "the signing key K is not the key of the signing certificate C",
    );
    await refuse(
      read(other.key),
      read(good.certificate) + read(other.certificate),
      "the signing key K is not the key of the first in the signing certificate C",
    );
  });

  it("is on a curve that registries accept", async () => {
    const pair = makeSigningPair(folder, "p224", "secp224r1");
    await refuse(
      read(pair.key),
      read(pair.certificate),
      "the signing key K is on the curve secp224r1, and registries accept secp256r1, secp384r1 and secp521r1",
    );
    openssl("ecparam", "-genkey", "-name", "secp256k1", "-out", at("k1.pem"));
    await refuse(
      read(at("k1.pem")),
      read(good.certificate),
      "the signing key K is on the curve secp256k1, and registries accept secp256r1, secp384r1 and secp521r1",
    );
  });

  it("spells its key as registries read it", async () => {
    const message = "the signing certificate C spells its key in a form that registries do not read";
    const odd = pairIn(folder, "odd");
    openssl("ecparam", "-genkey", "-name", "secp256r1", "-param_enc", "explicit", "-out", odd.key);
    certify(odd, 60);
    await refuse(read(odd.key), read(odd.certificate), message);
    openssl("ec", "-in", good.key, "-conv_form", "compressed", "-out", odd.key);
    certify(odd, 60);
    await refuse(read(odd.key), read(odd.certificate), message);
    // The key's own file may do as it likes
    await load(read(odd.key), read(good.certificate));
  });

  it("is of a kind that registries accept, and strong enough", async () => {
    const ed25519 = makePairOf(folder, "ed25519", "-algorithm", "ED25519");
    await refuse(
      read(ed25519.key),
      read(ed25519.certificate),
      "the signing key K is of the kind ed25519, which registries do not accept",
    );
    const pss = makePairOf(folder, "pss", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048");
    await refuse(
      read(pss.key),
      read(pss.certificate),
      "the signing key K is of the kind rsa-pss, which registries do not accept",
    );
    const weak = makePairOf(folder, "weak", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024");
    await refuse(
      read(weak.key),
      read(weak.certificate),
      "the signing key K is an RSA key of 1024 bits, and 2048 are the least",
    );
  });

  it("refuses a key that registries misname, where its name is all that they go by", async () => {
    const short = pairIn(folder, "short");
    writeFileSync(short.key, makeShortKey());
    certify(short, 60);
    const [key, certificate] = [read(short.key), read(short.certificate)];
    const message =
      "the signing key K has a coordinate that begins with a zero byte, and registries from 3.0 on misname it";
    await refuse(key, certificate, message, false, "rfc7638");
    expect((await load(key, certificate, true, "rfc7638")).header.x5c).toHaveLength(1);
    expect((await load(key, certificate, false, "libtrust")).header.x5c).toBeUndefined();
    await load(read(good.key), read(good.certificate), false, "rfc7638");
  });

  it("is not read from files that hold something else, with a sentence for each", async () => {
    const certificate = read(good.certificate);
    const publicKey = createPublicKey(read(good.key)).export({ type: "spki", format: "pem" }).toString();
    const encrypt = ["-passout", "pass:x", "-in", good.key];
    openssl("pkcs8", "-topk8", ...encrypt, "-out", at("encrypted.pem"));
    openssl("ec", "-aes128", ...encrypt, "-out", at("encrypted-ec.pem"));
    const encrypted = "the signing key K is encrypted, and a server has nobody to ask for its password";
    const openssh = armour("OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjE");
    for (const [key, message] of [
      ["", "the signing key K is empty"],
      [" \n", "the signing key K is empty"],
      ["AAAA", "the signing key K holds no private key in PEM"],
      [certificate, "the signing key K holds a certificate in place of a private key"],
      [publicKey, "the signing key K holds a public key in place of a private key"],
      [read(at("encrypted.pem")), encrypted],
      [read(at("encrypted-ec.pem")), encrypted],
      [openssh, "the signing key K is a key in a form that registries' keys do not have"],
      [read(good.key) + read(good.key), "the signing key K holds more than one private key"],
      [
        armour("PRIVATE KEY", "MHcCAQEEIFxxxxxxxxxxxxxxxxxx"),
        "the signing key K holds a private key that cannot be read",
      ],
      [read(good.key).slice(0, 200), "the signing key K holds no private key in PEM"],
    ] as const) {
      await refuse(key, certificate, message);
    }
    openssl("req", "-new", "-key", good.key, "-subj", "/CN=x", "-out", at("request.pem"));
    for (const [instead, message] of [
      ["", "the signing certificate C is empty"],
      ["AAAA", "the signing certificate C holds no certificate in PEM"],
      [publicKey, "the signing certificate C holds a public key in place of a certificate"],
      [read(good.key), "the signing certificate C holds a private key in place of a certificate"],
      [read(at("request.pem")), "the signing certificate C holds a certificate request in place of a certificate"],
      [armour("CERTIFICATE", "MIIBAAAA"), "the signing certificate C holds a certificate that cannot be read"],
    ] as const) {
      await refuse(read(good.key), instead, message);
    }
  });
});
