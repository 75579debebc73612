import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attenuate } from "../../src/macaroon/attenuate.ts";
import { parse } from "../../src/macaroon/parse.ts";
import { mint } from "../../src/macaroon/mint.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { verify } from "../../src/macaroon/verify.ts";
import {
  bare,
  dkid as spell,
  faultOf,
  identifier,
  key,
  minting,
  padded,
  proposalJson,
  rootKey,
  sample,
  text,
  v1,
  v2Json,
} from "./samples.ts";

const sign = (secret: Uint8Array | string, message: string | Uint8Array): Buffer =>
  createHmac("sha256", secret).update(message).digest();

/** Whether a text is a token that this key minted. */
function passes(presented: string, secret: Uint8Array): boolean {
  let macaroon;
  try {
    macaroon = parse(presented);
  } catch {
    return false;
  }
  return verify(macaroon, secret) !== undefined;
}

describe("verify", () => {
  it("gives the signatures along the chain, each the HMAC of the next caveat under the one before", () => {
    const first = sign(sign("macaroons-key-generator", rootKey), identifier);
    const second = sign(first, "op=read");
    const third = sign(second, "ip=127.0.0.1");
    const macaroon = mint({ rootKey, identifier, caveats: ["op=read", "ip=127.0.0.1"] });
    const hex = verify(macaroon, rootKey)?.map((signature) => Buffer.from(signature).toString("hex"));
    expect(hex).toEqual([first, second, third].map((signature) => signature.toString("hex")));
  });

  it.each([0, 1, 2, 20, 64])("passes a token of %i caveats and gives one signature more than that", (caveats) => {
    const macaroon = sample(caveats);
    const chain = verify(macaroon, rootKey);
    expect(chain).toHaveLength(caveats + 1);
    expect(chain?.at(-1)).toEqual(macaroon.signature);
  });

  it("does not ask the location, which is not signed", () => {
    expect(verify({ ...sample(2), location: "elsewhere" }, rootKey)).toBeDefined();
  });

  it("fails another root key", () => {
    fc.assert(
      fc.property(minting, key, (parts, other) => {
        fc.pre(Buffer.compare(parts.rootKey, other) !== 0);
        expect(verify(mint(parts), other)).toBeUndefined();
      }),
    );
  });

  it("fails a token whose identifier, caveats or signature are not those that were signed", () => {
    const macaroon = sample(3);
    const [one, two, three] = macaroon.caveats as [string, string, string];
    const fail = (changed: Partial<typeof macaroon>): void =>
      expect(verify({ ...macaroon, ...changed }, rootKey)).toBeUndefined();
    fail({ identifier: `${macaroon.identifier}0` });
    fail({ caveats: [] });
    fail({ caveats: [one, two] });
    fail({ caveats: [two, three] });
    fail({ caveats: [two, one, three] });
    fail({ caveats: [one, two, three, three] });
    fail({ caveats: [one, `${two}${three}`] });
    fail({ signature: new Uint8Array(32) });
    fail({ signature: sample(2).signature });
  });

  it("takes no root key that is not 32 bytes", () => {
    for (const length of [0, 1, 31, 33, 64]) {
      expect(faultOf(() => verify(sample(1), new Uint8Array(length)))).toBe("rootKey");
    }
  });

  it("takes no macaroon that parse would not give, whatever its signature", () => {
    const macaroon = sample(1);
    expect(faultOf(() => verify({ ...macaroon, signature: new Uint8Array(0) }, rootKey))).toBe("signature");
    expect(faultOf(() => verify({ ...macaroon, signature: new Uint8Array(33) }, rootKey))).toBe("signature");
    // Its low bytes spell the caveat that was signed
    expect(faultOf(() => verify({ ...macaroon, caveats: ["\u0163ontainer_id=0"] }, rootKey))).toBe("unprintable");
    const many = Array.from({ length: 65 }, () => "op=read");
    expect(faultOf(() => verify({ ...macaroon, caveats: many }, rootKey))).toBe("tooManyCaveats");
    expect(faultOf(() => verify({ ...macaroon, caveats: ["x".repeat(6200)] }, rootKey))).toBe("tooLong");
  });

  it("passes whatever was minted, narrowed, written and read again", () => {
    fc.assert(
      fc.property(minting, fc.array(text, { maxLength: 5 }), (parts, more) => {
        const narrower = attenuate(parse(serialize(mint(parts))), more);
        const again = parse(serialize(narrower));
        expect(again).toEqual(narrower);
        expect(again).toEqual(mint({ ...parts, caveats: [...parts.caveats, ...more] }));
        expect(verify(again, parts.rootKey)).toHaveLength(parts.caveats.length + more.length + 1);
      }),
    );
  });
});

describe("a token that was tampered with", () => {
  const token = serialize({ ...sample(5), location: "" });
  const bytes = Buffer.from(token.slice(5), "base64url");

  it("passes untouched", () => expect(passes(token, rootKey)).toBe(true));

  it("never passes with any one bit of its binary flipped", () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(passes(spell(flipped), rootKey), `bit ${bit}`).toBe(false);
    }
  });

  it("never passes with any bits of a byte flipped, whatever the token", () => {
    fc.assert(
      fc.property(minting, fc.nat(), fc.integer({ min: 1, max: 255 }), (parts, place, mask) => {
        const binary = Buffer.from(serialize(mint({ ...parts, location: "" })).slice(5), "base64url");
        const at = place % binary.length;
        binary[at] = (binary[at] as number) ^ mask;
        expect(passes(spell(binary), parts.rootKey)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  const macaroon = { ...sample(5), location: "" };
  it.each([
    ["dkid_", token],
    ["V2 without a prefix", bare(bytes)],
    ["V1", bare(v1(macaroon))],
    ["V2 JSON", JSON.stringify(v2Json(macaroon))],
    ["the proposal's JSON", padded(proposalJson(macaroon))],
  ])("never passes with any one character of its text altered, added or taken out: %s", (_, presented) => {
    expect(passes(presented, rootKey)).toBe(true);
    for (let at = 0; at <= presented.length; at++) {
      const before = presented.slice(0, at);
      const after = presented.slice(at + 1);
      if (at < presented.length) expect(passes(before + after, rootKey), `without character ${at}`).toBe(false);
      for (const character of "ABCXYZabcxyz0189-_+/=, \n.\0\u012d") {
        if (character === presented[at]) continue;
        expect(passes(before + character + after, rootKey), `character ${at}`).toBe(false);
        expect(passes(before + character + presented.slice(at), rootKey), `before character ${at}`).toBe(false);
      }
    }
  });

  it("never parses when its text or binary is cut short", () => {
    // Without its prefix it is the same token in another format that is read
    for (let end = 0; end < token.length; end++) expect(() => parse(token.slice(0, end))).toThrow();
    for (let end = 0; end < bytes.length; end++) expect(() => parse(spell(bytes.subarray(0, end)))).toThrow();
    for (let start = 1; start < bytes.length; start++)
      expect(passes(spell(bytes.subarray(start)), rootKey)).toBe(false);
  });

  it("never parses when its text or binary is extended", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.string({ minLength: 1 }), (more, tail) => {
        expect(() => parse(spell(Buffer.concat([bytes, more])))).toThrow();
        expect(() => parse(token + tail)).toThrow();
        expect(passes(spell(Buffer.concat([more, bytes])), rootKey)).toBe(false);
      }),
    );
    expect(() => parse(token + token)).toThrow();
  });

  it("never passes with a byte inserted or taken out", () => {
    for (let at = 0; at < bytes.length; at++) {
      expect(passes(spell(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])), rootKey)).toBe(false);
      for (const byte of [0, 1, 2, 4, 6, 0x20, 0x80, 0xff]) {
        const longer = Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]);
        expect(passes(spell(longer), rootKey), `byte ${at}`).toBe(false);
      }
    }
  });
});
