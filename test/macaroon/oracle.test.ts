import * as fc from "fast-check";
import oracle from "macaroon";
import { describe, expect, it } from "vitest";
import { mint } from "../../src/macaroon/mint.ts";
import type { Minting } from "../../src/macaroon/mint.ts";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { faultOf, minting, proposalJson, v2Json } from "./samples.ts";

/** The same token as npm's macaroon makes it. */
function theirs({ rootKey, identifier, location, caveats = [] }: Minting): ReturnType<typeof oracle.newMacaroon> {
  const macaroon = oracle.newMacaroon({ rootKey, identifier, location: location ?? "" });
  for (const caveat of caveats) macaroon.addFirstPartyCaveat(caveat);
  return macaroon;
}

/** Their verdict, with caveats all taken for satisfied; it throws when the signature does not match. */
const satisfied = (): null => null;

describe("npm's macaroon, as an oracle over random tokens", () => {
  it("signs as we do", () => {
    fc.assert(
      fc.property(minting, (parts) => {
        expect(Buffer.from(mint(parts).signature)).toEqual(Buffer.from(theirs(parts).signature));
      }),
    );
  });

  it("writes V2 JSON that we read as the token that it is", () => {
    fc.assert(
      fc.property(minting, (parts) => {
        const text = JSON.stringify(theirs(parts).exportJSON());
        expect(text).toBe(JSON.stringify(v2Json(mint(parts))));
        if (text.length <= 8192) expect(parse(text)).toEqual(mint(parts));
      }),
    );
  });

  it("writes the V2 binary that we write, as far as it can", () => {
    // Each append doubles its buffer: two caveats and a location would take 210 MB, four throw
    const narrow = minting.map((parts) => ({ ...parts, location: "", caveats: parts.caveats.slice(0, 1) }));
    fc.assert(
      fc.property(narrow, (parts) => {
        const text = Buffer.from(theirs(parts).exportBinary()).toString("base64url");
        expect(serialize(mint(parts))).toBe(`dkid_${text}`);
        expect(parse(text)).toEqual(mint(parts));
      }),
      { numRuns: 30 },
    );
  });

  it("reads what we write, and passes it", () => {
    fc.assert(
      fc.property(minting, (parts) => {
        const macaroon = mint(parts);
        const binary = oracle.importMacaroon(serialize(macaroon).slice(5));
        binary.verify(parts.rootKey, satisfied);
        expect(JSON.stringify(binary.exportJSON())).toBe(JSON.stringify(v2Json(macaroon)));
        oracle.importMacaroon(proposalJson(macaroon)).verify(parts.rootKey, satisfied);
      }),
    );
  });

  it("writes third-party caveats, which we refuse in each format", () => {
    const rootKey = new Uint8Array(32).fill(9);
    const macaroon = oracle.newMacaroon({ rootKey, identifier: "id" });
    macaroon.addThirdPartyCaveat(rootKey, "cid", "there");
    expect(faultOf(() => parse(JSON.stringify(macaroon.exportJSON())))).toBe("thirdParty");
    expect(faultOf(() => parse(Buffer.from(macaroon.exportBinary()).toString("base64url")))).toBe("thirdParty");
  });

  it("takes four spellings of one token and non-minimal lengths, of which we take one and none", () => {
    const rootKey = new Uint8Array(32).fill(9);
    const text = serialize(mint({ rootKey, identifier: "ids??>>" })).slice(5);
    const plain = Buffer.from(text, "base64url").toString("base64");
    for (const spelling of new Set([plain, plain.replace(/=+$/, "")])) {
      oracle.importMacaroon(spelling).verify(rootKey, satisfied);
      if (spelling !== text) expect(faultOf(() => parse(spelling))).toBe("base64");
    }
    const bytes = Buffer.from(text, "base64url");
    const wide = Buffer.concat([bytes.subarray(0, 2), Buffer.of(0x87, 0), bytes.subarray(3)]);
    oracle.importMacaroon(new Uint8Array(wide)).verify(rootKey, satisfied);
    expect(faultOf(() => parse(wide.toString("base64url")))).toBe("length");
  });
});
