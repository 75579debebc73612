import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCall } from "../../../../src/server/doors/authz/read-call.ts";

const base = { RequestMethod: "GET", RequestUri: "/v1.41/info", RequestHeaders: { "X-Docker-Id": "dkid_x" } };
const read = (call: unknown) => readCall(JSON.stringify(call));
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const bytes = (value: unknown): number[] => [...Buffer.from(JSON.stringify(value))];

describe("a call of the engine", () => {
  it("is read as the engine sends it", () => {
    const RequestBody = Buffer.from("{}").toString("base64");
    expect(read({ ...base, User: "", UserAuthNMethod: "", RequestBody, ResponseStatusCode: 0 })).toEqual({
      request: {
        method: "GET",
        target: "/v1.41/info",
        headers: Object.assign(Object.create(null) as object, { "x-docker-id": "dkid_x" }),
        body: Buffer.from("{}"),
      },
    });
  });

  it.each([
    ["headers in base64", { RequestHeader: base64({ "X-Docker-Id": ["dkid_x"] }) }],
    ["headers in an array of bytes", { RequestHeader: bytes({ "X-Docker-Id": "dkid_x" }) }],
    ["headers in a map of lists", { RequestHeader: { "x-docker-id": ["dkid_x"] } }],
    ["headers twice, the same", { RequestHeader: { "X-DOCKER-ID": "dkid_x" }, RequestHeaders: base.RequestHeaders }],
  ])("may bring its %s", (_, headers) => {
    const call = read({ RequestMethod: "GET", RequestURI: "/info", ...headers });
    expect(call).toMatchObject({ request: { target: "/info", headers: { "x-docker-id": "dkid_x" } } });
  });

  it.each([
    ["no headers at all", { RequestHeaders: undefined }],
    ["null for headers", { RequestHeaders: null }],
    ["null for a body", { RequestBody: null }],
    ["an empty body, which Go does not tell from none", { RequestBody: "" }],
  ])("may have %s", (_, part) => {
    const call = read({ ...base, ...part });
    expect(call).toHaveProperty("request");
    expect(call).not.toHaveProperty("request.body");
  });

  it.each<[string, string]>([
    ["an empty one", ""],
    ["no JSON", "{"],
    ["what follows the JSON", `${JSON.stringify(base)} {}`],
    ["null", "null"],
    ["a list", "[]"],
    ["a number", "7"],
    ["no fields", "{}"],
  ])("is not read from %s", (_, text) => {
    expect(readCall(text)).toHaveProperty("unreadable");
  });

  it.each<[string, object]>([
    ["no method", { RequestMethod: undefined }],
    ["an empty method", { RequestMethod: "" }],
    ["a method that is no text", { RequestMethod: 7 }],
    ["no target", { RequestUri: undefined }],
    ["two targets", { RequestURI: "/images/json" }],
    ["a body that is no text", { RequestBody: { a: 1 } }],
    ["a body with junk", { RequestBody: "e30=!" }],
    ["a body without its padding", { RequestBody: "e30" }],
    ["a body in the other alphabet", { RequestBody: "-_8=" }],
    ["headers of numbers", { RequestHeaders: { a: 1 } }],
    ["headers in a list", { RequestHeaders: ["a: b"] }],
    ["headers in text that is no base64", { RequestHeader: "a: b" }],
    ["headers in base64 of no JSON", { RequestHeader: "YQ==" }],
    ["an id in two spellings", { RequestHeaders: { "X-Docker-Id": "a", "x-docker-id": "b" } }],
    ["an id in two places", { RequestHeader: { "X-Docker-Id": "other" } }],
    ["two ids in a list", { RequestHeaders: { "X-Docker-Id": ["a", "b"] } }],
    ["a type in two spellings", { RequestHeaders: { "Content-Type": "a", "CONTENT-TYPE": "b" } }],
  ])("is not read with %s", (_, part) => {
    expect(read({ ...base, ...part })).toHaveProperty("unreadable");
  });

  it("never throws, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readCall(text);
      }),
    );
    const field = fc.oneof(fc.jsonValue(), fc.string(), fc.base64String(), fc.constant(undefined));
    const fields = ["RequestMethod", "RequestUri", "RequestURI", "RequestHeaders", "RequestHeader", "RequestBody"];
    fc.assert(
      fc.property(fc.record(Object.fromEntries(fields.map((name) => [name, field]))), (call) => {
        read(call);
      }),
    );
  });
});
