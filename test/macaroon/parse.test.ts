import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { faults } from "../../src/macaroon/faults.ts";
import { mint } from "../../src/macaroon/mint.ts";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { bare, dkid, faultOf, holdsTo, minting, padded, proposalJson, sample, v1, v2Json } from "./samples.ts";

const token = serialize(sample(3));

describe("parse, any format", () => {
  holdsTo([
    ["empty", "no text at all", ""],
    ["tooLong", "9 KiB", `dkid_${"A".repeat(9 * 1024)}`],
    ["tooLong", "one byte too many", `dkid_${"A".repeat(8188)}`],
    ["truncated", "nothing but the prefix", "dkid_"],
    ["unknownFormat", "a word", "docker"],
    ["unknownFormat", "the prefix in capitals", token.toUpperCase()],
    ["unknownFormat", "white space before", ` ${token}`],
    ["unknownFormat", "a byte order mark before", `\ufeff${token}`],
    ["unknownFormat", "base64 of other bytes", bare(Buffer.of(3, 1, 2))],
    ["unknownFormat", "a list of tokens in JSON", `[${JSON.stringify(v2Json(sample(1)))}]`],
    ["unknownFormat", "a JSON string", JSON.stringify(token)],
    ["field", "the prefix before V1", dkid(v1(sample(1)))],
    ["base64", "the prefix twice", `dkid_${token}`],
  ]);

  it("has a sentence of its own for each fault", () => {
    expect(new Set(Object.values(faults)).size).toBe(Object.keys(faults).length);
  });

  it("throws Failure(misuse) alone, and never quotes the token, whatever it is given", () => {
    const starts = fc.constantFrom("", "dkid_", "dkid_Ag", "Ag", "MDA", "{", '{"v":2,', "ey", "eyJ");
    fc.assert(
      fc.property(starts, fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.base64String()), (start, rest) => {
        try {
          parse(start + rest);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          expect((error as Failure).code).toBe("misuse");
          expect((error as Failure).cause).toBeUndefined();
          expect(Object.values(faults)).toContain((error as Failure).message);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("gives a signature in memory of its own", () => {
    expect(parse(token).signature.buffer.byteLength).toBe(32);
    expect(parse(bare(v1(sample(1)))).signature.buffer.byteLength).toBe(32);
    expect(parse(JSON.stringify(v2Json(sample(1)))).signature.buffer.byteLength).toBe(32);
    expect(parse(padded(proposalJson(sample(1)))).signature.buffer.byteLength).toBe(32);
  });

  it("reads in every format what was minted", () => {
    fc.assert(
      fc.property(minting, (parts) => {
        const macaroon = mint(parts);
        const text = serialize(macaroon);
        expect(parse(text)).toEqual(macaroon);
        expect(serialize(parse(text))).toBe(text);
        expect(parse(text.slice(5))).toEqual(macaroon);
        const others = [JSON.stringify(v2Json(macaroon)), padded(proposalJson(macaroon))];
        if (parts.location.length < 200) others.push(bare(v1(macaroon)));
        for (const other of others) if (other.length <= 8192) expect(parse(other)).toEqual(macaroon);
      }),
    );
  });

  it("takes from each format only what its own can write within 8192 bytes", () => {
    const wide = { ...sample(0), caveats: ["x".repeat(7000)] };
    expect(faultOf(() => parse(JSON.stringify(v2Json(wide))))).toBe("tooLong");
  });
});
