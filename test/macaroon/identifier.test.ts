import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIdentifier, newIdentifier, parseIdentifier } from "../../src/macaroon/identifier.ts";

const kid = "0123456789abcdef0123456789abcdef";
const nonce = "fedcba9876543210fedcba9876543210";
const hex32 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex"));

describe("identifier", () => {
  it("reads docker-id:1:KID:NONCE", () => {
    expect(formatIdentifier({ kid, nonce })).toBe(`docker-id:1:${kid}:${nonce}`);
    expect(parseIdentifier(`docker-id:1:${kid}:${nonce}`)).toEqual({ kid, nonce });
  });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(hex32, hex32, (id, own) => {
        expect(parseIdentifier(formatIdentifier({ kid: id, nonce: own }))).toEqual({ kid: id, nonce: own });
      }),
    );
  });

  it.each([
    "",
    "docker",
    `docker-id:2:${kid}:${nonce}`,
    `docker-id:1:${kid}`,
    `docker-id:1:${kid}:${nonce}:`,
    `docker-id:1:${kid}:${nonce}\n`,
    ` docker-id:1:${kid}:${nonce}`,
    `docker-id:1:${kid.toUpperCase()}:${nonce}`,
    `docker-id:1:${kid.slice(1)}:${nonce}`,
    `docker-id:1:${kid}:${nonce}0`,
    `docker-id:1::${nonce}`,
  ])("does not take %j for one of ours", (text) => expect(parseIdentifier(text)).toBeUndefined());

  it("draws key id and nonce apart, or keeps the key id that is given", () => {
    const fresh = newIdentifier(randomBytes);
    expect(parseIdentifier(formatIdentifier(fresh))).toEqual(fresh);
    expect(fresh.kid).not.toBe(fresh.nonce);
    const next = newIdentifier(randomBytes, kid);
    expect(next.kid).toBe(kid);
    expect(next.nonce).not.toBe(newIdentifier(randomBytes, kid).nonce);
    expect(newIdentifier((bytes) => new Uint8Array(bytes).fill(0xab))).toEqual({
      kid: "ab".repeat(16),
      nonce: "ab".repeat(16),
    });
  });

  it("refuses to write what it would not read", () => {
    expect(() => formatIdentifier({ kid: "", nonce })).toThrow("32 lower-case hex digits");
    expect(() => formatIdentifier({ kid, nonce: nonce.toUpperCase() })).toThrow("32 lower-case hex digits");
    expect(() => newIdentifier(() => new Uint8Array(0))).toThrow("32 lower-case hex digits");
    expect(() => newIdentifier(randomBytes, "short")).toThrow("32 lower-case hex digits");
  });
});
