import { Failure } from "../errors.ts";

/** A password as it is stored: what it takes to make the hash again, and the hash. */
export type PasswordRecord =
  | { readonly kind: "scrypt"; readonly ln: number; readonly r: number; readonly p: number; readonly made: Made }
  | {
      readonly kind: "argon2id" | "argon2i" | "argon2d";
      /** KiB, passes, lanes. */
      readonly m: number;
      readonly t: number;
      readonly p: number;
      readonly made: Made;
    }
  | { readonly kind: "bcrypt"; readonly rounds: number; readonly text: string };

export interface Made {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** The longest password, in bytes, that is hashed at all. */
export const longestPassword = 1024;
/** bcrypt does not see what comes after these many bytes. */
export const longestBcryptPassword = 72;

const base64 = "([A-Za-z0-9+/]+)";
const scrypt = new RegExp(`^\\$scrypt\\$ln=(\\d{1,2}),r=(\\d{1,2}),p=(\\d{1,2})\\$${base64}\\$${base64}$`);
const argon2 = new RegExp(
  `^\\$(argon2id|argon2i|argon2d)\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,2}),p=(\\d{1,2})\\$${base64}\\$${base64}$`,
);
const bcrypt = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

// What one hash may cost: 256 MiB, and on one core a second or two. Whoever can write a record is not to be able to
// take the verifier's memory or its time.
const most = { bytes: 2 ** 28, scryptSteps: 2 ** 22, argon2Steps: 2 ** 20, lanes: 16, rounds: 14 };
const least = { ln: 10, rounds: 4 };

/**
 * Reads a stored password: scrypt and argon2 as PHC strings, bcrypt as `$2b$`, `$2y$` or `$2a$`. Throws
 * Failure("misuse") with a sentence that does not hold the record.
 */
export function readPasswordRecord(text: string): PasswordRecord {
  const record = readScrypt(text) ?? readArgon2(text) ?? readBcrypt(text);
  if (record === undefined) {
    throw new Failure("misuse", "the stored password is no scrypt, argon2 or bcrypt hash", {
      hint: "docker-id registry hash makes one",
    });
  }
  return record;
}

/** The text of a record, which {@link readPasswordRecord} reads. */
export function formatPasswordRecord(record: PasswordRecord): string {
  if (record.kind === "bcrypt") return record.text;
  const cost =
    record.kind === "scrypt"
      ? `ln=${record.ln},r=${record.r},p=${record.p}`
      : `v=19$m=${record.m},t=${record.t},p=${record.p}`;
  return `$${record.kind}$${cost}$${encode(record.made.salt)}$${encode(record.made.hash)}`;
}

/** Whether a text is meant as a hash, readable here or not, so that it must never be taken for a password itself. */
export function looksHashed(text: string): boolean {
  return /^(?:\$[A-Za-z0-9-]+\$|\{[A-Za-z0-9-]+\})/.test(text);
}

function readScrypt(text: string): PasswordRecord | undefined {
  const [, ln, r, p, salt, hash] = scrypt.exec(text) ?? [];
  if (ln === undefined) return undefined;
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const steps = 2 ** cost.ln * cost.r;
  const bytes = 128 * (steps + cost.r * cost.p);
  if (cost.ln < least.ln || cost.r < 1 || cost.p < 1) throw tooWeak("scrypt");
  if (bytes > most.bytes + 2 ** 20 || steps * cost.p > most.scryptSteps) throw tooDear("scrypt");
  return { kind: "scrypt", ...cost, made: readMade(salt, hash) };
}

function readArgon2(text: string): PasswordRecord | undefined {
  const [, kind, m, t, p, salt, hash] = argon2.exec(text) ?? [];
  if (kind === undefined) return undefined;
  const cost = { m: Number(m), t: Number(t), p: Number(p) };
  if (cost.p < 1 || cost.t < 1 || cost.m < 8 * cost.p) throw tooWeak("argon2");
  if (cost.m * 1024 > most.bytes || cost.m * cost.t > most.argon2Steps || cost.p > most.lanes) throw tooDear("argon2");
  return { kind: kind as "argon2id", ...cost, made: readMade(salt, hash) };
}

function readBcrypt(text: string): PasswordRecord | undefined {
  const [, digits] = bcrypt.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const rounds = Number(digits);
  if (rounds < least.rounds) throw tooWeak("bcrypt");
  if (rounds > most.rounds) throw tooDear("bcrypt");
  return { kind: "bcrypt", rounds, text };
}

function readMade(salt = "", hash = ""): Made {
  const made = { salt: decode(salt), hash: decode(hash) };
  // An empty hash would be everybody's password's
  if (made.salt.length < 8 || made.salt.length > 64)
    throw new Failure("misuse", "the stored password's salt is no salt");
  if (made.hash.length < 16 || made.hash.length > 64)
    throw new Failure("misuse", "the stored password's hash is no hash");
  return made;
}

/** Base64 without padding, in its one spelling. */
function decode(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (encode(bytes) !== text) throw new Failure("misuse", "the stored password's base64 is malformed");
  return new Uint8Array(bytes);
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replaceAll("=", "");
}

function tooWeak(kind: string): Failure {
  return new Failure("misuse", `the stored password's ${kind} parameters are too small to mean anything`);
}

function tooDear(kind: string): Failure {
  return new Failure("misuse", `the stored password's ${kind} parameters would take too much memory or time`, {
    hint: "at most 256 MiB and about a second: docker-id registry hash makes one that fits",
  });
}
