import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, decodeTyped, encode } from "../../src/caveats/spelling.ts";
import { Failure } from "../../src/errors.ts";

const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("\ufeff", "\u0000", "a:b,c%d e", "é"),
);

describe("spelling", () => {
  it("has one way to write a text", () => {
    expect(encode("a b:c,d%é/=*")).toBe("a%20b%3Ac%2Cd%25%C3%A9/=*");
    expect(encode("a b:c", ":")).toBe("a%20b:c");
    expect(decode("a%20b:c", ":")).toBe("a b:c");
    fc.assert(
      fc.property(texts, fc.constantFrom("", ":"), (text, kept) => {
        expect(encode(text, kept)).toMatch(/^[!-~]*$/);
        expect(encode(text, kept)).not.toContain(",");
        expect(decode(encode(text, kept), kept)).toBe(text);
        expect(decodeTyped(encode(text, kept))).toBe(text);
      }),
    );
  });

  it.each(["%2c", "%", "%2", "%zz", "a:b", "a,b", "a b", "é", "%61", "%C3", "%C3%28", "%ED%A0%80", "%C0%AF", "\ud800"])(
    "reads no %j",
    (spelled) => expect(() => decode(spelled)).toThrow(Failure),
  );

  it("writes no lone surrogate", () => expect(() => encode("\ud800")).toThrow(Failure));

  it("takes what people type with escapes or without", () => {
    expect(decodeTyped("a:b%2cc é")).toBe("a:b,c é");
    for (const typed of ["100%", "%f", "%C3", "\udc00"]) expect(() => decodeTyped(typed)).toThrow(Failure);
  });
});
