import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { derive } from "../../../src/registry/hash-password.ts";
import { formatPasswordRecord } from "../../../src/registry/password-record.ts";
import { createLog } from "../../../src/server/log.ts";
import { createHashing, type HashingLimits } from "../../../src/server/users/hashing.ts";

const bcrypt = createRequire(import.meta.url)("bcrypt") as typeof import("bcrypt");

/** Stored passwords as cheap as they may be. */
export async function cheapScrypt(password: string): Promise<string> {
  const made = { salt: randomBytes(16), hash: new Uint8Array(32) };
  const record = { kind: "scrypt", ln: 10, r: 1, p: 1, made } as const;
  return formatPasswordRecord({ ...record, made: { ...made, hash: await derive(record, password) } });
}

export async function cheapArgon2(password: string, kind: "argon2id" | "argon2i" | "argon2d"): Promise<string> {
  const made = { salt: randomBytes(16), hash: new Uint8Array(32) };
  const record = { kind, m: 64, t: 1, p: 2, made } as const;
  return formatPasswordRecord({ ...record, made: { ...made, hash: await derive(record, password) } });
}

export function cheapBcrypt(password: string, variant: "a" | "b" | "y" = "b"): string {
  return bcrypt.hashSync(password, 4).replace(/^\$2b/, `$2${variant}`);
}

/** A clock that stands until it is put on. */
export function standingClock(): { readonly clock: () => Date; pass: (this: void, ms: number) => void } {
  let now = Date.parse("2030-01-01T00:00:00Z");
  return {
    clock: () => new Date(now),
    pass(ms) {
      now += ms;
    },
  };
}

export function hashingFor(clock: () => Date, limits: HashingLimits = { hashing: 2, waiting: 64 }) {
  return createHashing(limits, { clock, random: randomBytes });
}

/** A log whose lines can be read. */
export function readableLog() {
  const lines: string[] = [];
  return { lines, log: createLog("debug", false, (line) => lines.push(line)) };
}
