import { describe, expect, it } from "vitest";
import { attenuate } from "../../src/macaroon/attenuate.ts";
import { mint } from "../../src/macaroon/mint.ts";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { verify } from "../../src/macaroon/verify.ts";
import { faultOf, identifier, rootKey, sample } from "./samples.ts";

/** The longest caveat that fits a token by itself. */
function longest(): number {
  let length = 8192;
  while (faultOf(() => mint({ rootKey, identifier, caveats: ["x".repeat(length)] })) !== undefined) length -= 1;
  return length;
}

describe("attenuate", () => {
  it("adds caveats after those that stand, and leaves the token that it was given as it was", () => {
    const macaroon = sample(2);
    const before = serialize(macaroon);
    const narrower = attenuate(macaroon, ["ip=127.0.0.1", "op=read"]);
    expect(narrower.caveats).toEqual([...macaroon.caveats, "ip=127.0.0.1", "op=read"]);
    expect(narrower.location).toBe(macaroon.location);
    expect(serialize(macaroon)).toBe(before);
    expect(attenuate(attenuate(macaroon, ["ip=127.0.0.1"]), ["op=read"])).toEqual(narrower);
  });

  it("needs no key, and gives a token that its verifier passes, along the same chain", () => {
    const macaroon = sample(2);
    const narrower = attenuate(macaroon, ["op=read"]);
    expect(verify(narrower, rootKey)?.slice(0, -1)).toEqual(verify(macaroon, rootKey));
  });

  it("changes nothing without a caveat", () => expect(attenuate(sample(2), [])).toEqual(sample(2)));

  it("goes to 64 caveats and not beyond", () => {
    const full = attenuate(sample(63), ["op=read"]);
    expect(parse(serialize(full))).toEqual(full);
    expect(verify(full, rootKey)).toHaveLength(65);
    expect(faultOf(() => attenuate(full, ["op=read"]))).toBe("tooManyCaveats");
    expect(faultOf(() => attenuate(sample(0), full.caveats.concat("op=read")))).toBe("tooManyCaveats");
  });

  it("goes to 8192 bytes of text and not beyond", () => {
    const length = longest();
    const full = mint({ rootKey, identifier, caveats: ["x".repeat(length)] });
    expect(serialize(full).length).toBeGreaterThan(8192 - 3);
    expect(serialize(full).length).toBeLessThanOrEqual(8192);
    expect(parse(serialize(full))).toEqual(full);
    expect(faultOf(() => attenuate(full, ["o"]))).toBe("tooLong");
    expect(faultOf(() => attenuate(sample(0), ["x".repeat(9 * 1024)]))).toBe("tooLong");
    expect(faultOf(() => attenuate(sample(0), ["x".repeat(length + 1)]))).toBe("tooLong");
  });

  it("takes no caveat that could not be read again", () => {
    expect(faultOf(() => attenuate(sample(1), [""]))).toBe("emptyField");
    for (const caveat of ["op=read\n", "op=r\0", "op=\u007f", "for=zoë", "for=🐳", "for=\ud800", "\top=read"]) {
      expect(
        faultOf(() => attenuate(sample(1), [caveat])),
        JSON.stringify(caveat),
      ).toBe("unprintable");
    }
  });

  it("takes no token whose signature is not 32 bytes", () => {
    expect(faultOf(() => attenuate({ ...sample(1), signature: new Uint8Array(31) }, []))).toBe("signature");
  });
});
