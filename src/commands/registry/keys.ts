import { createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import * as Flags from "@oclif/core/flags";
import { BaseCommand } from "../../base-command.ts";
import { Failure } from "../../errors.ts";
import { type Advice, adviseOnNext, adviseOnPair } from "../../registry/signing/advice.ts";
import { type Algorithm, algorithmOf, algorithms } from "../../registry/signing/algorithms.ts";
import { readCertificates, requirePlain } from "../../registry/signing/certificates.ts";
import { hasLeadingZero } from "../../registry/signing/key-id.ts";
import { quoteWord } from "../../shell/quote.ts";

/** Where everything lies that was made. */
interface Made {
  readonly key: string;
  readonly certificate: string;
  /** Both certificates, with --next. */
  readonly bundle?: string;
  readonly algorithm: Algorithm["name"];
  readonly expires: string;
}

const dayMs = 24 * 60 * 60 * 1000;
/** A registry whose clock is behind accepts the certificate all the same. */
const backdatedMs = 10 * 60 * 1000;

/** `docker-id registry keys`: makes the key that signs a registry's tokens, and the certificate that the registry trusts. */
export default class Keys extends BaseCommand {
  static override summary = "make the key that signs tokens for registries, and its certificate";
  static override description =
    "Writes key.pem (for this user alone) and cert.pem, overwrites nothing, and says what to put into the registry's " +
    "configuration and into docker-id's. With --next it makes the pair that is to follow, next-key.pem and next-cert.pem, " +
    "and bundle.pem with both certificates: a registry that trusts the bundle refuses no token while one pair takes over " +
    "from the other. openssl's keys do as well: curves secp256r1, secp384r1, secp521r1, or RSA.";
  static override examples = [
    { description: "once", command: "<%= config.bin %> registry keys --out /etc/docker-id" },
    {
      description: "before the certificate expires",
      command: "<%= config.bin %> registry keys --out /etc/docker-id --next",
    },
  ];
  static override flags = {
    out: Flags.string({ helpValue: "DIR", default: ".", summary: "the folder that they are written to" }),
    algorithm: Flags.option({
      options: algorithms.map(({ name }) => name),
      default: algorithms[0].name,
      summary: "how tokens are signed",
    })(),
    days: Flags.integer({
      helpValue: "N",
      default: 365,
      min: 1,
      max: 3650,
      summary: "how long the certificate is valid",
    }),
    name: Flags.string({ helpValue: "CN", default: "docker-id", summary: "the name in the certificate" }),
    next: Flags.boolean({
      summary: "make the pair that follows the one in the folder, and a bundle of both certificates",
    }),
  };

  async run(): Promise<Made> {
    const { flags } = await this.parse(Keys);
    const { out, days, name, next } = flags;
    const algorithm = algorithms.find((row) => row.name === flags.algorithm) ?? algorithms[0];
    requireName(name);
    const at = (file: string): string => join(resolve(out), file);
    const before = { key: at("key.pem"), certificate: at("cert.pem") };
    const bundle = at("bundle.pem");
    const pair = next ? { key: at("next-key.pem"), certificate: at("next-cert.pem") } : before;
    const trusted = next ? await readTrusted(before.certificate) : "";
    for (const path of [pair.key, pair.certificate, ...(next ? [bundle] : [])]) requireFree(path);

    // Certificates know whole seconds
    const now = Math.floor(Date.now() / 1000) * 1000;
    const [notBefore, notAfter] = [new Date(now - backdatedMs), new Date(now + days * dayMs)];
    const key = await makeKey(algorithm);
    const certificate = await certify(key, algorithm, { name, notBefore, notAfter });
    await writeAll(resolve(out), [
      { path: pair.key, text: key.export({ type: "pkcs8", format: "pem" }).toString(), mode: 0o600 },
      { path: pair.certificate, text: certificate, mode: 0o644 },
      ...(next ? [{ path: bundle, text: trusted + certificate, mode: 0o644 }] : []),
    ]);

    const made = { ...pair, expires: notAfter };
    this.#advise(
      next ? adviseOnNext({ ...made, bundle, before }, quoteWord.bind(undefined, "bash")) : adviseOnPair(made),
    );
    this.log([pair.key, pair.certificate, ...(next ? [bundle] : [])].join("\n"));
    return { ...pair, ...(next ? { bundle } : {}), algorithm: algorithm.name, expires: notAfter.toISOString() };
  }

  #advise(advice: readonly Advice[]): void {
    for (const { sentence, lines } of advice) {
      this.say(sentence);
      for (const line of lines) process.stderr.write(`  ${line}\n`);
    }
  }
}

function requireName(name: string): void {
  // X.520 has no more room; a control character would be somebody's terminal's
  if (/^[^\p{C}]{1,64}$/u.test(name) && name.trim() !== "") return;
  throw new Failure("misuse", "a certificate's name has 1 to 64 characters, none of them a control character");
}

function requireFree(path: string): void {
  if (!existsSync(path)) return;
  throw new Failure("conflict", `${path} is there, and is not overwritten`, {
    hint: "--out takes another folder; --next makes the pair that follows; an old bundle may be removed",
  });
}

/** The certificates of the pair in use, and nothing else that may lie in its file. */
async function readTrusted(path: string): Promise<string> {
  const what = `the certificate ${path}`;
  const text = await readFile(path, "latin1").catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "is not there" : `cannot be read (${cause.code ?? "unknown"})`;
    throw new Failure("failed", `${what} ${why}, and the next pair is to follow it`, {
      hint: "a first pair is made without --next",
      cause,
    });
  });
  const certificates = readCertificates(text, what);
  // 2.8 does not start on a bundle in which one certificate is of another kind
  for (const certificate of certificates) {
    algorithmOf(certificate.publicKey, what);
    requirePlain(certificate, what);
  }
  return certificates.map((certificate) => certificate.toString()).join("");
}

async function makeKey(algorithm: Algorithm): Promise<KeyObject> {
  if (algorithm.web.name !== "ECDSA")
    return (await promisify(generateKeyPair)("rsa", { modulusLength: 2048 })).privateKey;
  for (;;) {
    const { privateKey, publicKey } = await promisify(generateKeyPair)("ec", { namedCurve: algorithm.web.namedCurve });
    if (!hasLeadingZero(publicKey)) return privateKey;
  }
}

/** A certificate for this key by itself, which can sign tokens and vouch for no other certificate. */
async function certify(
  key: KeyObject,
  { web, hash }: Algorithm,
  { name, notBefore, notAfter }: { name: string; notBefore: Date; notAfter: Date },
): Promise<string> {
  // The library wants this first; no other command is to load either
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const publicKey = createPublicKey(key).toCryptoKey(web, true, ["verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys: { privateKey: key.toCryptoKey(web, false, ["sign"]), publicKey },
    signingAlgorithm: { ...web, hash },
    notBefore,
    notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** Writes all of them or none, and never over one. */
async function writeAll(folder: string, files: readonly { path: string; text: string; mode: number }[]): Promise<void> {
  const begun: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const { path, text, mode } of files) {
      const file = await open(path, "wx", mode);
      begun.push(path);
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
    }
  } catch (cause) {
    for (const path of begun) await rm(path, { force: true });
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    throw new Failure("failed", `the pair could not be written (${code})`, {
      hint: "--out takes another folder",
      cause,
    });
  }
}
