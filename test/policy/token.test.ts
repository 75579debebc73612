import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attenuate } from "../../src/macaroon/attenuate.ts";
import { mint } from "../../src/macaroon/mint.ts";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { verifyToken } from "../../src/policy/token.ts";
import { caveats as anyCaveat, links } from "../caveats/arbitrary.ts";
import { identifier, kid, rootKey, tokenOf } from "./token-of.ts";

const [first, second] = links as [string, string];
const verdict = (...caveats: string[]) => verifyToken(mint({ rootKey, identifier, caveats }), rootKey);

describe("verifyToken", () => {
  it("takes a token for root when nothing restricts it", () => {
    expect(tokenOf()).toMatchObject({ kid, root: true, links: [], names: [], caveats: [] });
    expect(tokenOf(`link=${first}`, "for=alice", `link=${second}`)).toMatchObject({
      root: true,
      links: [first, second],
      names: ["alice"],
    });
  });

  it.each([
    "op=read,write",
    "expires=9999-12-31T23:59:59Z",
    "not_before=1970-01-01T00:00:00Z",
    "host=*",
    "scope=*:*:write",
  ])("takes a token with %s for restricted", (caveat) =>
    expect(tokenOf("for=me", caveat, `link=${first}`).root).toBe(false),
  );

  it("knows the earliest end", () => {
    expect(tokenOf("op=read")).not.toHaveProperty("expires");
    const ends = ["expires=2031-01-01T00:00:00Z", "expires=2030-06-01T00:00:00Z", "expires=2032-01-01T00:00:00Z"];
    expect(tokenOf(...ends).expires).toEqual(new Date("2030-06-01T00:00:00Z"));
  });

  it("gives the digest of each signature, so that an ancestor's is among them", () => {
    const parent = mint({ rootKey, identifier, caveats: [`link=${first}`, "op=read"] });
    const child = attenuate(parent, ["expires=2031-01-01T00:00:00Z", `link=${second}`]);
    const digests = tokenOf(...child.caveats).digests.map((digest) => Buffer.from(digest).toString("hex"));
    expect(digests).toHaveLength(5);
    expect(digests[4]).toBe(createHash("sha256").update(child.signature).digest("hex"));
    expect(digests[2]).toBe(createHash("sha256").update(parent.signature).digest("hex"));
  });

  it("refuses a signature that is not right before it reads a caveat", () => {
    const forged = mint({ rootKey: new Uint8Array(32), identifier, caveats: ["nonsense=1"] });
    expect(verifyToken(forged, rootKey)).toEqual({ refused: expect.stringContaining("signature") as string });
    const { signature } = mint({ rootKey, identifier, caveats: ["op=read"] });
    expect(verifyToken({ location: "", identifier, caveats: [], signature }, rootKey)).toHaveProperty("refused");
  });

  it.each([
    ["nonsense=1", 'no caveat "nonsense"'],
    ["constructor=", 'no caveat "constructor"'],
    ["__proto__=", 'no caveat "__proto__"'],
    ["op", "name=value"],
    ["op=execute", "the caveat op"],
    ["op=read ", "the caveat op"],
    ["expires=soon", "the caveat expires"],
    ["expires=", "the caveat expires"],
    ["scope=guard:*:write", "the caveat scope"],
    ["link=mine", "the caveat link"],
    ["time < 2030-01-01", "name=value"],
  ])("refuses a token with %j, wherever it stands", (caveat, why) => {
    for (const caveats of [[caveat], ["op=read", caveat], [caveat, `link=${first}`]]) {
      expect(verdict(...caveats)).toEqual({ refused: expect.stringContaining(why) as string });
    }
  });

  it("refuses an identifier of another make", () => {
    for (const other of ["docker", `docker-id:2:${kid}:${kid}`, `docker-id:1:${kid}`]) {
      const macaroon = mint({ rootKey, identifier: other });
      expect(verifyToken(macaroon, rootKey)).toEqual({ refused: "the id was not minted by docker-id" });
    }
  });

  it("never verifies with a caveat taken out, put in, or in another place", () => {
    fc.assert(
      fc.property(fc.array(anyCaveat, { minLength: 1, maxLength: 5 }), fc.nat(), anyCaveat, (caveats, where, added) => {
        const macaroon = parse(serialize(mint({ rootKey, identifier, caveats })));
        const at = where % caveats.length;
        const changes = [caveats.toSpliced(at, 1), caveats.toSpliced(at, 0, added), caveats.toReversed()];
        expect(verifyToken(macaroon, rootKey)).not.toHaveProperty("refused");
        for (const changed of changes.filter((one) => one.join(" ") !== caveats.join(" "))) {
          expect(verifyToken({ ...macaroon, caveats: changed }, rootKey)).toHaveProperty("refused");
        }
      }),
    );
  });
});
