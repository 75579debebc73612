import { describe, expect, it } from "vitest";
import { extend } from "../../src/macaroon/chain.ts";
import { parse } from "../../src/macaroon/parse.ts";
import { serialize } from "../../src/macaroon/serialize.ts";
import { holdsTo, padded, proposalJson, sample } from "./samples.ts";

describe("parse, the proposal's JSON", () => {
  const golden =
    '{"caveats":[{"cid":"op=read"},{"cid":"container_id=ff7da5edfaba"}],"location":"the cloud","identifier":"docker",' +
    '"signature":"ee6fd92c2c475fc738563d67fff57cd75e94209fa08e7e2d1939d051f171ee52"}';
  const json = proposalJson(sample(2));
  const but = (changed: Record<string, unknown>): string => padded({ ...json, ...changed });

  const lengths = ["", "x", "xx"].map((location) => but({ location }));
  const unpadded = lengths.find((text) => text.endsWith("="))?.replace(/=+$/, "") ?? "";

  it("reads the token that the proposal prints, whose signature follows from the root signature that it prints", () => {
    const macaroon = parse(padded(golden));
    expect(macaroon).toMatchObject({
      location: "the cloud",
      identifier: "docker",
      caveats: ["op=read", "container_id=ff7da5edfaba"],
    });
    const root = Buffer.from("718dbde40d9bdaa638153941e07268b9aa93c9582235e0b8ec4483dd8fed532f", "hex");
    expect(extend(root, macaroon.caveats).at(-1)).toEqual(macaroon.signature);
    expect(parse(serialize(macaroon))).toEqual(macaroon);
  });

  holdsTo([
    ["parses", "as the proposal prints it", padded(golden)],
    ["parses", "no caveats", but({ caveats: [] })],
    ["parses", "an empty location", but({ location: "" })],
    ["unknownFormat", "bare, without base64", ` ${golden}`],
    ["field", "bare, without base64, where V2 JSON is due", golden],
    ["tooManyCaveats", "65 caveats", but({ caveats: Array.from({ length: 65 }, () => ({ cid: "a" })) })],
    ["base64", "no padding", unpadded],
    ["base64", "a line feed after", `${padded(golden)}\n`],
    ["base64", "lines of 64", padded(golden).replaceAll(/.{64}/g, "$&\n")],
    ["json", "white space within", padded(golden.replace(",", ", "))],
    ["json", "a key twice", padded(golden.replace('"location"', '"location":"","location"'))],
    ["json", "no JSON", padded('{"docker}')],
    ["json", "cut short", padded(golden.slice(0, -1))],
    ["json", "something after", padded(`${golden}x`)],
    ["field", "keys in another order", padded(Object.fromEntries(Object.entries(json).toReversed()))],
    ["field", "a key that is unknown", but({ x: 1 })],
    ["field", "caveats that are null", but({ caveats: null })],
    ["field", "a caveat under another key", but({ caveats: [{ i: "op=read" }] })],
    ["field", "a signature that is no text", but({ signature: 7 })],
    ["signature", "a signature in capitals", but({ signature: "EE".repeat(32) })],
    ["signature", "a signature of 31 bytes", but({ signature: "ee".repeat(31) })],
    ["signature", "a signature that is no hex", but({ signature: "zz".repeat(32) })],
    ["thirdParty", "a caveat with a verification id", but({ caveats: [{ cid: "a", vid: "AA", cl: "there" }] })],
    ["emptyField", "an empty identifier", but({ identifier: "" })],
    ["emptyField", "an empty caveat", but({ caveats: [{ cid: "" }] })],
    ["unprintable", "UTF-8 in a caveat", but({ caveats: [{ cid: "for=zoë" }] })],
  ]);
});
