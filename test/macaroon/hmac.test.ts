import { createHmac, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmac } from "../../src/macaroon/hmac.ts";
import { faultOf, key } from "./samples.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const reference = (secret: Uint8Array, message: Uint8Array): string =>
  createHmac("sha256", secret).update(message).digest("hex");

describe("hmac", () => {
  it("is node:crypto's HMAC-SHA256 for messages of every length to 300, and around the longest", () => {
    const lengths = [...Array.from({ length: 301 }, (_, at) => at), 4095, 4096, 8191, 8192];
    for (const length of lengths) {
      const secret = randomBytes(32);
      const message = randomBytes(length);
      expect(hex(hmac(secret, message)), `${length} bytes`).toBe(reference(secret, message));
    }
  });

  it("is node:crypto's HMAC-SHA256 for random keys, bytes and ASCII", () => {
    fc.assert(
      fc.property(
        key,
        fc.uint8Array({ maxLength: 2000 }),
        fc.string({ unit: "binary-ascii" }),
        (secret, bytes, ascii) => {
          expect(hex(hmac(secret, bytes))).toBe(reference(secret, bytes));
          expect(hex(hmac(secret, ascii))).toBe(reference(secret, Buffer.from(ascii)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is RFC 4231's fourth case, its key padded with zeros as HMAC does", () => {
    const secret = new Uint8Array(32).map((_, at) => (at < 25 ? at + 1 : 0));
    expect(hex(hmac(secret, new Uint8Array(50).fill(0xcd)))).toBe(
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    );
  });

  it("gives bytes of their own, which a later call leaves alone", () => {
    const first = hmac(new Uint8Array(32), "one");
    const before = hex(first);
    const second = hmac(first, "two");
    expect(hex(first)).toBe(before);
    expect(first.buffer).not.toBe(second.buffer);
    expect(first.buffer.byteLength).toBe(32);
  });

  it("refuses keys of another length and messages longer than any token", () => {
    expect(faultOf(() => hmac(new Uint8Array(0), ""))).toBe("rootKey");
    expect(faultOf(() => hmac(new Uint8Array(33), ""))).toBe("rootKey");
    expect(faultOf(() => hmac(new Uint8Array(32), "x".repeat(8193)))).toBe("tooLong");
    expect(faultOf(() => hmac(new Uint8Array(32), new Uint8Array(8193)))).toBe("tooLong");
  });
});
