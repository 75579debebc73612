import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../../../../src/errors.ts";
import { readAuthorization } from "../../../../src/server/doors/registry/authorization.ts";

const basic = (bytes: string | Uint8Array): string => `Basic ${Buffer.from(bytes).toString("base64")}`;
const read = (...values: readonly string[]) =>
  readAuthorization(["Host", "x", ...values.flatMap((value) => ["AuthoriZation", value]), "Accept", "*/*"]);
const misuse = expect.objectContaining({ code: "misuse" }) as Failure;

describe("the Authorization of a request", () => {
  it("is none where there is none", () => {
    expect(read()).toEqual({ kind: "none" });
  });

  it.each<[string, string, string]>([
    ["alice:secret", "alice", "secret"],
    ["alice:a:b:c", "alice", "a:b:c"],
    [":secret", "", "secret"],
    ["alice:", "alice", ""],
    [":", "", ""],
    ["älice:wörds and more", "älice", "wörds and more"],
    ["\ufeffalice:x", "\ufeffalice", "x"],
    ["docker-id:dkid_AgEB", "docker-id", "dkid_AgEB"],
  ])("reads %j at its first colon", (text, name, password) => {
    expect(read(basic(text))).toEqual({ kind: "password", name, password });
    expect(read(basic(text).replace("Basic ", "bAsIc   "))).toEqual({ kind: "password", name, password });
  });

  it("reads whatever name and password there can be", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((each) => !/\p{Cc}/u.test(each));
    fc.assert(
      fc.property(text, text, (name, password) => {
        if (name.includes(":")) return;
        expect(read(basic(`${name}:${password}`))).toEqual({ kind: "password", name, password });
      }),
    );
  });

  it("takes an id by itself", () => {
    expect(read("Bearer dkid_AgEB")).toEqual({ kind: "bearer", text: "dkid_AgEB" });
    expect(read("bearer  eyJ=")).toEqual({ kind: "bearer", text: "eyJ=" });
  });

  it.each(["Digest username=x", "Negotiate abc", "Basic", "Bearer", "Bearer a b", "", "abc", "Basic a\tb"])(
    "knows no other: %j",
    (value) => {
      expect(read(value)).toEqual({ kind: "foreign" });
    },
  );

  it.each<[string, readonly string[]]>([
    ["two lines", [basic("a:b"), basic("c:d")]],
    ["two lines that say the same", [basic("a:b"), basic("a:b")]],
    ["a line of each kind", [basic("a:b"), "Bearer x"]],
    ["no base64", ["Basic ????"]],
    ["base64url", ["Basic YWxpY2U6_-8="]],
    ["base64 without its padding", ["Basic YTpiYg"]],
    ["base64 with more than its padding", [`${basic("a:bb")}=`]],
    ["base64 with stray bits", ["Basic YTpiYh=="]],
    ["no colon", [basic("alice")]],
    ["a NUL", [basic("alice:a\0b")]],
    ["a line's end in the name", [basic("al\r\nice:x")]],
    ["a DEL", [basic("alice:\x7f")]],
    ["what is no UTF-8", [basic(Buffer.from([0x61, 0x3a, 0xc3, 0x28]))]],
    ["half a surrogate", [basic(Buffer.from([0x61, 0x3a, 0xed, 0xa0, 0x80]))]],
  ])("refuses %s, and quotes nothing of it", (_, values) => {
    expect(() => read(...values)).toThrow(misuse);
    expect(() => read(...values)).not.toThrow(/alice|YT|YW/);
  });

  it("fails in no other way", () => {
    const value = fc.oneof(
      fc.string(),
      fc.string().map(basic),
      fc.base64String().map((text) => `Basic ${text}`),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 2 }), (values) => {
        try {
          read(...values);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });
});
