import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatPasswordRecord,
  looksHashed,
  readPasswordRecord,
  type PasswordRecord,
} from "../../src/registry/password-record.ts";

const b64 = (bytes: number) => Buffer.alloc(bytes, 7).toString("base64").replaceAll("=", "");
const scrypt = (cost: string, salt = b64(16), hash = b64(32)) => `$scrypt$${cost}$${salt}$${hash}`;
const argon2 = (cost: string, kind = "argon2id", version = "v=19") =>
  `$${kind}$${version}$${cost}$${b64(16)}$${b64(32)}`;
const bcrypt = (prefix: string, letters = 53) => `${prefix}${"abcdefghij".repeat(6).slice(0, letters)}`;

const bytes = (least: number) => fc.uint8Array({ minLength: least, maxLength: 64 });
const made = fc.record({ salt: bytes(8), hash: bytes(16) });
const records: fc.Arbitrary<PasswordRecord> = fc.oneof(
  fc.record({
    kind: fc.constant("scrypt" as const),
    ln: fc.integer({ min: 10, max: 15 }),
    r: fc.integer({ min: 1, max: 8 }),
    p: fc.integer({ min: 1, max: 4 }),
    made,
  }),
  fc.record({
    kind: fc.constantFrom("argon2id" as const, "argon2i" as const, "argon2d" as const),
    m: fc.integer({ min: 128, max: 65_536 }),
    t: fc.integer({ min: 1, max: 10 }),
    p: fc.integer({ min: 1, max: 16 }),
    made,
  }),
);

describe("a stored password", () => {
  it("is read as it is written", () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(readPasswordRecord(formatPasswordRecord(record))).toEqual(record);
      }),
    );
    for (const prefix of ["$2a$05$", "$2b$12$", "$2y$14$"]) {
      const text = bcrypt(prefix);
      expect(formatPasswordRecord(readPasswordRecord(text))).toBe(text);
    }
  });

  it.each([
    ["nothing", ""],
    ["the password itself", "hunter2"],
    ["Apache's md5", "$apr1$abcdefgh$0123456789abcdefghijkl"],
    ["sha1", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="],
    ["crypt's sha512", "$6$salt$hash"],
    ["the bcrypt with the fault", bcrypt("$2x$05$")],
    ["a short bcrypt", bcrypt("$2b$05$", 52)],
    ["a long bcrypt", bcrypt("$2b$05$", 54)],
    ["an older argon2", argon2("m=65536,t=3,p=4", "argon2id", "v=16")],
    ["argon2 without a version", argon2("m=65536,t=3,p=4", "argon2id", "v=")],
    ["argon2 with a key id", argon2("m=65536,t=3,p=4,keyid=AAAA")],
    ["a cost in another order", scrypt("r=8,ln=15,p=1")],
    ["a record with a line end", `${scrypt("ln=15,r=8,p=1")}\n`],
    ["base64 with padding", scrypt("ln=15,r=8,p=1", `${b64(16)}==`)],
    ["base64 in another spelling", scrypt("ln=15,r=8,p=1", `${b64(16).slice(0, -1)}x`)],
    ["a hash of no bytes", scrypt("ln=15,r=8,p=1", b64(16), "")],
    ["a hash of 15 bytes", scrypt("ln=15,r=8,p=1", b64(16), b64(15))],
    ["a hash of 65 bytes", scrypt("ln=15,r=8,p=1", b64(16), b64(65))],
    ["a salt of 7 bytes", scrypt("ln=15,r=8,p=1", b64(7))],
    ["a salt of 65 bytes", scrypt("ln=15,r=8,p=1", b64(65))],
  ])("is not %s", (_what, text) => {
    expect(() => readPasswordRecord(text)).toThrow(expect.objectContaining({ code: "misuse" }));
  });

  it.each([
    ["scrypt's memory", scrypt("ln=18,r=9,p=1")],
    ["scrypt's memory by its lanes", scrypt("ln=20,r=8,p=1")],
    ["scrypt's time", scrypt("ln=17,r=8,p=5")],
    ["argon2's memory", argon2("m=262145,t=1,p=1")],
    ["argon2's time", argon2("m=65536,t=17,p=1")],
    ["argon2's lanes", argon2("m=65536,t=1,p=17")],
    ["bcrypt's time", bcrypt("$2b$15$")],
    ["bcrypt's time at its end", bcrypt("$2b$31$")],
  ])("may not take too much: %s", (_what, text) => {
    expect(() => readPasswordRecord(text)).toThrow(/too much memory or time/);
  });

  it.each([
    scrypt("ln=9,r=8,p=1"),
    scrypt("ln=15,r=0,p=1"),
    scrypt("ln=15,r=8,p=0"),
    argon2("m=15,t=1,p=2"),
    argon2("m=64,t=0,p=1"),
    argon2("m=64,t=1,p=0"),
    bcrypt("$2b$03$"),
  ])("may not take too little: %s", (text) => {
    expect(() => readPasswordRecord(text)).toThrow(/too small/);
  });

  it("survives any text, and repeats none", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (text) => {
        try {
          readPasswordRecord(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "misuse" });
          expect(String(error)).not.toContain(text);
        }
      }),
    );
  });

  it("is known for a hash even where it cannot be read, so that nobody takes it for a password", () => {
    const hashes = ["$6$salt$hash", "$apr1$a$b", "{SHA}x", "{SSHA512}x", "$2x$05$x", "$argon2id$", "$pbkdf2-sha256$1"];
    expect(hashes.filter((text) => !looksHashed(text))).toEqual([]);
    const passwords = ["hunter2", "$", "$$", "a$6$b", "{}", "{a b}c", " $6$"];
    expect(passwords.filter(looksHashed)).toEqual([]);
  });
});
