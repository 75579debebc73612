import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { derive, hashPassword } from "../../src/registry/hash-password.ts";
import { readPasswordRecord } from "../../src/registry/password-record.ts";

const derived = async (text: string, password: string) => {
  const record = readPasswordRecord(text);
  if (record.kind === "bcrypt") throw new Error("bcrypt is hashed elsewhere");
  return Buffer.from(await derive(record, password)).equals(record.made.hash);
};

describe("a hashed password", () => {
  // RFC 7914, section 12, and the PHC reference implementation's own vectors
  it.each([
    [
      "scrypt",
      "pleaseletmein",
      `$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$${Buffer.from(
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
        "hex",
      )
        .toString("base64")
        .replaceAll("=", "")}`,
    ],
    ["argon2id", "password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"],
    ["argon2i", "password", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"],
  ])("is what others' %s makes of it", async (_kind, password, text) => {
    expect(await derived(text, password)).toBe(true);
    expect(await derived(text, `${password} `)).toBe(false);
  });

  it.each([
    ["scrypt", /^\$scrypt\$ln=15,r=8,p=3\$[^$]{22}\$[^$]{43}$/],
    ["argon2id", /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/],
  ] as const)("is a PHC string of %s with its salt", async (kind, form) => {
    const salt = randomBytes(16);
    const text = await hashPassword(kind, "pässword", salt);
    expect(text).toMatch(form);
    expect(await derived(text, "pässword")).toBe(true);
    expect(await derived(text, "passwörd")).toBe(false);
    expect(text).not.toBe(await hashPassword(kind, "pässword", randomBytes(16)));
  });

  it("is none of an empty or overlong one, nor with another salt", async () => {
    await expect(hashPassword("scrypt", "", randomBytes(16))).rejects.toMatchObject({ code: "misuse" });
    await expect(hashPassword("scrypt", "é".repeat(513), randomBytes(16))).rejects.toThrow(/longer than 1024 bytes/);
    await expect(hashPassword("scrypt", "x", randomBytes(15))).rejects.toMatchObject({ code: "misuse" });
  });
});
