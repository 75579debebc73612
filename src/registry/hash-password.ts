import { argon2, scrypt } from "node:crypto";
import { Failure } from "../errors.ts";
import { formatPasswordRecord, longestPassword, type PasswordRecord } from "./password-record.ts";

type Derived = Exclude<PasswordRecord, { kind: "bcrypt" }>;

// OWASP's second choices: as dear as the first ones in time, and a few users at once still fit into memory
const scryptCost = { kind: "scrypt", ln: 15, r: 8, p: 3 } as const;
const argon2Cost = { kind: "argon2id", m: 19_456, t: 2, p: 1 } as const;

/** Stores a password with a salt of 16 random bytes; rejects with Failure("misuse") for one that no login could use. */
export async function hashPassword(kind: "scrypt" | "argon2id", password: string, salt: Uint8Array): Promise<string> {
  if (salt.length !== 16) throw new Failure("misuse", "a salt has to be 16 bytes long");
  if (password === "") throw new Failure("misuse", "the password is empty");
  if (Buffer.byteLength(password) > longestPassword) {
    throw new Failure("misuse", `the password is longer than ${longestPassword} bytes`);
  }
  const cost = kind === "scrypt" ? scryptCost : argon2Cost;
  const made = { salt, hash: new Uint8Array(32) };
  return formatPasswordRecord({ ...cost, made: { salt, hash: await derive({ ...cost, made }, password) } });
}

/** The hash that a password makes with a record's salt and cost, as long as the record's; on libuv's pool. */
export async function derive(record: Derived, password: string): Promise<Uint8Array> {
  const { salt, hash } = record.made;
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, derived: Uint8Array) => {
      if (error === null) resolve(derived);
      else reject(new Failure("failed", "a password could not be hashed", { cause: error }));
    };
    if (record.kind === "scrypt") {
      const cost = { N: 2 ** record.ln, r: record.r, p: record.p };
      // Node refuses more than 32 MiB unless told otherwise; scrypt takes 128·N·r and a little
      const maxmem = 256 * cost.N * cost.r + 256 * cost.r * cost.p;
      scrypt(password, salt, hash.length, { ...cost, maxmem }, done);
    } else {
      const cost = { memory: record.m, passes: record.t, parallelism: record.p };
      argon2(record.kind, { message: password, nonce: salt, tagLength: hash.length, ...cost }, done);
    }
  });
}
