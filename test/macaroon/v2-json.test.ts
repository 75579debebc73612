import { describe } from "vitest";
import { holdsTo, sample, v2Json } from "./samples.ts";

describe("parse, V2 JSON", () => {
  const json = v2Json(sample(2));
  const text = JSON.stringify(json);
  const but = (changed: Record<string, unknown>): string => JSON.stringify({ ...json, ...changed });
  const without = (key: string): string =>
    JSON.stringify(Object.fromEntries(Object.entries(json).filter(([name]) => name !== key)));
  holdsTo([
    ["parses", "as npm's macaroon writes it", text],
    ["parses", "keys in another order", JSON.stringify(Object.fromEntries(Object.entries(json).toReversed()))],
    ["parses", "no version, as go-macaroon leaves it out", without("v")],
    ["parses", "no location", without("l")],
    ["parses", "no caveats", without("c")],
    ["tooManyCaveats", "65 caveats", but({ c: Array.from({ length: 65 }, () => ({ i: "a" })) })],
    ["json", "no JSON", "{docker}"],
    ["json", "cut short", text.slice(0, -1)],
    ["json", "something after", `${text}x`],
    ["json", "a line feed after", `${text}\n`],
    ["json", "two tokens", text + text],
    ["json", "white space within", JSON.stringify(json, null, 1)],
    ["json", "a key twice", text.replace('"v":2', '"v":2,"v":2')],
    ["json", "another caveat list before", text.replace('"v":2', '"c":[],"v":2')],
    ["json", "a needless escape", text.replace("op=read", "op=\\u0072ead")],
    ["json", "a number in another spelling", text.replace('"v":2', '"v":2.0')],
    ["field", "nested too deep to be one", `{"c":${"[".repeat(3000)}${"]".repeat(3000)}}`],
    ["field", "version 1", but({ v: 1 })],
    ["field", "a version that is text", but({ v: "2" })],
    ["field", "a key that is unknown", but({ x: 1 })],
    ["field", "the identifier in base64", JSON.stringify({ v: 2, s64: json["s64"], i64: "aWQ" })],
    ["field", "a prototype", text.replace('"v":2', '"__proto__":{"i":"x"}')],
    ["field", "no identifier", without("i")],
    ["field", "no signature", without("s64")],
    ["field", "an identifier that is no text", but({ i: 7 })],
    ["field", "a location that is null", but({ l: null })],
    ["field", "caveats that are no list", but({ c: { i: "a" } })],
    ["field", "a caveat that is text", but({ c: ["op=read"] })],
    ["field", "a caveat that is null", but({ c: [null] })],
    ["field", "a caveat that is a list", but({ c: [["op=read"]] })],
    ["field", "a caveat without text", but({ c: [{}] })],
    ["field", "a caveat with a key that is unknown", but({ c: [{ i: "op=read", x: "" }] })],
    ["field", "a caveat under another key", but({ c: [{ cid: "op=read" }] })],
    ["emptyField", "an empty location, which is another spelling of none", but({ l: "" })],
    ["emptyField", "an empty list of caveats, which is another spelling of none", but({ c: [] })],
    ["emptyField", "an empty caveat", but({ c: [{ i: "" }] })],
    ["emptyField", "an empty identifier", but({ i: "" })],
    ["thirdParty", "a caveat with a verification id", but({ c: [{ i: "a", v64: "AA", l: "there" }] })],
    ["thirdParty", "a caveat with a location", but({ c: [{ i: "a", l: "there" }] })],
    ["base64", "padding in the signature", but({ s64: `${String(json["s64"])}=` })],
    ["base64", "plain base64 in the signature", but({ s64: Buffer.alloc(32, 0xff).toString("base64").slice(0, 43) })],
    ["signature", "a signature of 31 bytes", but({ s64: Buffer.alloc(31).toString("base64url") })],
    ["signature", "an empty signature", but({ s64: "" })],
    ["unprintable", "a control in a caveat", but({ c: [{ i: "op=read\n" }] })],
    ["unprintable", "half a pair of surrogates", but({ c: [{ i: "op=\ud800" }] })],
    ["unprintable", "UTF-8 in the location", but({ l: "zoë" })],
  ]);
});
