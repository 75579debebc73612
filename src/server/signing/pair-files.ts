import { createHash } from "node:crypto";
import { readCertificates } from "../../registry/signing/certificates.ts";
import type { KeyIdForm } from "../../registry/signing/key-id.ts";
import { type PairTexts, readPair, type SigningPair } from "../../registry/signing/pair.ts";
import { readSmallFile } from "./read-file.ts";

/** Where a pair lies, and how its tokens name it. */
export interface PairFiles {
  readonly certificate: string;
  readonly key: string;
  /** Certificates of pairs that no longer sign, and which the registry's bundle still holds. */
  readonly retiring?: readonly string[];
  readonly x5c: boolean;
  readonly kid: KeyIdForm;
}

/** What the two files held, before anything is made of it. */
export interface PairContent {
  readonly texts: PairTexts;
  /** Tells one content from another. */
  readonly fingerprint: string;
  /** Whether others than its owner and its group may read the key. */
  readonly keyIsOpen: boolean;
}

/** Reads both files; rejects with Failure("failed"). */
export async function readPairFiles(files: PairFiles): Promise<PairContent> {
  const certificate = await readSmallFile(files.certificate, `the signing certificate ${files.certificate}`);
  const key = await readSmallFile(files.key, `the signing key ${files.key}`);
  const hash = createHash("sha256").update(`${certificate.text.length}:`).update(certificate.text).update(key.text);
  return {
    texts: {
      certificate: certificate.text,
      key: key.text,
      certificateName: files.certificate,
      keyName: files.key,
    },
    fingerprint: hash.digest("hex"),
    keyIsOpen: key.open,
  };
}

/** Makes a pair of what was read; rejects with Failure("misuse"). */
export async function toPair({ texts }: PairContent, files: PairFiles): Promise<SigningPair> {
  return await readPair(texts, files);
}

/** Makes sure that what is named as retiring are certificates; rejects with Failure("misuse") or ("failed"). */
export async function readRetiring(files: PairFiles): Promise<void> {
  for (const path of files.retiring ?? []) {
    const what = `the retiring certificate ${path}`;
    readCertificates((await readSmallFile(path, what)).text, what);
  }
}
