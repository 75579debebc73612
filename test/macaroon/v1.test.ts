import { describe } from "vitest";
import { bare, holdsTo, packet } from "./samples.ts";

const signature = new Uint8Array(32).fill(0xfe);

describe("parse, V1", () => {
  const location = packet("location", "docker");
  const id = packet("identifier", "id");
  const cid = packet("cid", "op=read");
  const sign = packet("signature", signature);
  const many = (count: number): Buffer[] => Array.from({ length: count }, () => cid);
  holdsTo([
    ["parses", "no caveat", bare(location, id, sign)],
    ["parses", "no location", bare(packet("location", ""), id, cid, sign)],
    ["parses", "64 caveats", bare(location, id, ...many(64), sign)],
    ["parses", "a signature that holds line feeds", bare(location, id, packet("signature", Buffer.alloc(32, 0x0a)))],
    ["tooManyCaveats", "65 caveats", bare(location, id, ...many(65), sign)],
    ["base64", "padding", `${bare(location, id, packet("cid", "op=read "), sign)}==`],
    ["base64", "white space after", `${bare(location, id, sign)}\n`],
    ["trailing", "a byte after", bare(location, id, sign, "0")],
    ["trailing", "a packet after", bare(location, id, sign, cid)],
    ["truncated", "no signature", bare(location, id, cid)],
    ["truncated", "a packet cut short", bare(location, id, sign.subarray(0, -1))],
    ["truncated", "half a length", bare(location, id, "00")],
    ["field", "the identifier first", bare(packet("identifier", "0"), location, sign)],
    ["field", "no identifier", bare(location, cid, sign)],
    ["field", "two identifiers", bare(location, id, id, sign)],
    ["field", "a packet of no known name", bare(location, id, packet("cidd", "x"), sign)],
    ["field", "a packet of no name", bare(location, id, packet("", "x"), sign)],
    ["signature", "a signature of 31 bytes", bare(location, id, packet("signature", signature.subarray(1)))],
    ["signature", "a signature of 33 bytes", bare(location, id, packet("signature", Buffer.alloc(33)))],
    ["emptyField", "an empty identifier", bare(location, packet("identifier", ""), sign)],
    ["emptyField", "an empty caveat", bare(location, id, packet("cid", ""), sign)],
    ["thirdParty", "a verification id", bare(location, id, cid, packet("vid", "x"), packet("cl", "there"), sign)],
    ["thirdParty", "the location of a caveat", bare(location, id, cid, packet("cl", "there"), sign)],
    ["unprintable", "a line feed in a caveat", bare(location, id, packet("cid", "op=read\n"), sign)],
    ["unprintable", "UTF-8 in the identifier", bare(location, packet("identifier", "zoë"), sign)],
    [
      "packet",
      "a length in capitals",
      bare(location, id, packet("cid", "x=12").toString().replace("000d", "000D"), sign),
    ],
    ["packet", "a length that is no number", bare(location, id, "00-dcid x=12\n", sign)],
    ["packet", "a length with a sign", bare(location, id, "+00dcid x=12\n", sign)],
    ["packet", "a length of nought", bare(location, id, "0000", sign)],
    ["packet", "a length that ends within itself", bare(location, id, "0003", sign)],
    ["packet", "a packet without a space", bare(location, id, "0008cid\n", sign)],
    ["packet", "a packet without its line feed", bare(location, id, "000acid x=", sign)],
    ["truncated", "a length beyond the end", bare(location, id, "ffffcid x=12\n", sign)],
  ]);
});
