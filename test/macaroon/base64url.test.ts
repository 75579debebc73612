import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, decodeBase64Url } from "../../src/macaroon/base64url.ts";

describe("decodeBase64Url", () => {
  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(decodeBase64Url(buffer.toString("base64url"))).toEqual(buffer);
        expect(decodeBase64(buffer.toString("base64"))).toEqual(buffer);
      }),
    );
  });

  const refused: readonly [what: string, text: string][] = [
    ["padding", "-_8="],
    ["the other alphabet", "+/8"],
    ["low bits that say nothing", "-_9"],
    ["a lone character", "A"],
    ["white space within", "-_ 8"],
    ["white space after", "-_8\n"],
    ["junk that Node skips", "-_8!"],
    ["a null", "-_8\0"],
    ["letters beyond ASCII", "-_8é"],
    ["code units whose low byte is base64", "\u012d_8"],
  ];
  it.each(refused)("refuses %s", (_, text) => expect(decodeBase64Url(text)).toBeUndefined());

  const refusedPadded: readonly [what: string, text: string][] = [
    ["no padding", "+/8"],
    ["more padding", "+/8=="],
    ["the other alphabet", "-_8="],
    ["low bits that say nothing", "+/9="],
    ["white space", "+/8=\n"],
  ];
  it.each(refusedPadded)("refuses %s where padded base64 is due", (_, text) =>
    expect(decodeBase64(text)).toBeUndefined(),
  );
});
