import { describe, expect, it } from "vitest";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { bare, dkid, faultOf, holdsTo, sample, v2 } from "./samples.ts";

const token = serialize(sample(3));
const signature = new Uint8Array(32).fill(0xfe);
const end = 0;

describe("parse, V2", () => {
  const head = [[2, "id"], end] as const;
  const tail = [end, [6, signature]] as const;
  const caveats = (count: number): Buffer =>
    v2(...head, ...Array.from({ length: count }, () => [[2, "op=read"] as const, end]).flat(), ...tail);
  holdsTo([
    ["parses", "no caveat, no location", dkid(v2(...head, ...tail))],
    ["parses", "a location", dkid(v2([1, "docker"], ...head, ...tail))],
    ["parses", "64 caveats", dkid(caveats(64))],
    ["parses", "no prefix", bare(v2(...head, ...tail))],
    ["parses", "a caveat of 127 bytes", dkid(v2(...head, [2, "x".repeat(127)], end, ...tail))],
    ["parses", "a caveat of 128 bytes", dkid(v2(...head, [2, "x".repeat(128)], end, ...tail))],
    ["tooManyCaveats", "65 caveats", dkid(caveats(65))],
    ["base64", "padding", `${dkid(v2(...head, ...tail))}=`],
    ["base64", "the alphabet of plain base64", dkid(v2(...head, ...tail)).replaceAll("_v7-", "/v7+")],
    ["base64", "low bits that say nothing", dkid(v2(...head, ...tail)).replace(/4$/, "5")],
    ["base64", "a line feed after", `${token}\n`],
    ["base64", "a space within", `${token.slice(0, 20)} ${token.slice(20)}`],
    ["base64", "a dot within", `${token.slice(0, 20)}.${token.slice(20)}`],
    ["base64", "two tokens in one", `${token},${token}`],
    ["trailing", "a byte after", dkid(v2(...head, ...tail, 0))],
    ["trailing", "another token after", dkid(Buffer.concat([v2(...head, ...tail), v2(...head, ...tail)]))],
    ["truncated", "no signature", dkid(v2(...head, end))],
    ["truncated", "no end of caveats", dkid(v2(...head))],
    ["truncated", "a signature cut short", dkid(v2(...head, ...tail).subarray(0, -1))],
    ["signature", "a signature of 31 bytes", dkid(v2(...head, end, [6, signature.subarray(1)]))],
    ["signature", "a signature of 33 bytes", dkid(v2(...head, end, [6, Buffer.alloc(33)]))],
    ["signature", "an empty signature", dkid(v2(...head, end, [6, ""]))],
    ["field", "no identifier", dkid(v2(end, ...tail))],
    ["field", "two identifiers", dkid(v2([2, "id"], [2, "id"], end, ...tail))],
    ["field", "the location after the identifier", dkid(v2([2, "id"], [1, "docker"], end, ...tail))],
    ["field", "two locations", dkid(v2([1, "docker"], [1, "docker"], ...head, ...tail))],
    ["field", "the signature before the caveats", dkid(v2(...head, [6, signature], end))],
    ["field", "two signatures", dkid(v2(...head, ...tail.slice(0, 1), [2, "x"], [6, signature], ...tail))],
    ["field", "a field of no known type", dkid(v2(...head, [3, "x"], ...tail))],
    ["field", "version 1", dkid(Buffer.concat([Buffer.of(1), v2(...head, ...tail).subarray(1)]))],
    ["emptyField", "an empty identifier", dkid(v2([2, ""], end, ...tail))],
    ["emptyField", "an empty caveat", dkid(v2(...head, [2, ""], end, ...tail))],
    ["emptyField", "an empty location, which is another spelling of none", dkid(v2([1, ""], ...head, ...tail))],
    ["thirdParty", "a caveat with a verification id", dkid(v2(...head, [2, "cid"], [4, "vid"], end, ...tail))],
    ["thirdParty", "a caveat with a location", dkid(v2(...head, [1, "there"], [2, "cid"], end, ...tail))],
    ["unprintable", "a line feed in a caveat", dkid(v2(...head, [2, "op=read\n"], end, ...tail))],
    ["unprintable", "a null in the identifier", dkid(v2([2, "id\0"], end, ...tail))],
    ["unprintable", "UTF-8 in a caveat", dkid(v2(...head, [2, "for=zoë"], end, ...tail))],
    ["unprintable", "a delete in the location", dkid(v2([1, "\u007f"], ...head, ...tail))],
    ["length", "a length in two bytes that fits one", dkid(v2(2, 0x82, 0, 0x69, 0x64, end, ...tail))],
    ["length", "a length of nought in two bytes", dkid(v2(2, 0x80, 0, end, ...tail))],
    ["length", "a length in three bytes", dkid(v2(2, 0x82, 0x80, 0, 0x69, 0x64, end, ...tail))],
    ["length", "4 GiB", dkid(v2(2, 0xff, 0xff, 0xff, 0xff, 0x0f, end, ...tail))],
    ["length", "a length that never ends", dkid(v2(2, ...Array.from({ length: 40 }, () => 0xff)))],
    ["truncated", "a length beyond the end", dkid(v2(2, 0xff, 0x7f, 0x69, 0x64, end, ...tail))],
    ["truncated", "half a length", dkid(v2(2, 0xff))],
    ["truncated", "a type without a length", dkid(v2(2))],
  ]);

  it("counts caveats before it reads them", () => {
    const many = v2(...head, ...Array.from({ length: 1500 }, () => [[2, "a"] as const, end]).flat(), ...tail);
    expect(faultOf(() => parse(dkid(many.subarray(0, 6000))))).toBe("tooManyCaveats");
  });
});
