import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFlag, readList, readQuery } from "../../src/docker/query.ts";
import { Unread } from "../../src/docker/unread.ts";

describe("a query", () => {
  it.each([
    ["", {}],
    ["a", { a: "" }],
    ["a=", { a: "" }],
    ["a=1&b=2", { a: "1", b: "2" }],
    ["a=b=c", { a: "b=c" }],
    ["a=b+c%2B", { a: "b c+" }],
    ["%61=%C3%A9", { a: "é" }],
    ["name=a&Image=box&Cmd=sh&Cmd=-c&HostConfig=%7B%7D&%43md=x", { name: "a" }],
  ])("%s", (text, read) => {
    expect(Object.fromEntries(readQuery(text))).toEqual(read);
  });

  it.each([
    ["a parameter twice", "a=1&a=2"],
    ["twice in two spellings", "repo=good&re%70o=evil"],
    ["a semicolon", "a=1;b=2"],
    ["a semicolon in a value", "a=1%3B;"],
    ["an empty parameter", "a=1&&b=2"],
    ["one at the end", "a=1&"],
    ["no name", "=1"],
    ["a broken escape", "a=%zz"],
    ["half an escape", "a=%2"],
    ["bytes that are no UTF-8", "a=%ff"],
    ["a surrogate", "a=%ED%A0%80"],
    ["a null character", "a=%00"],
    ["too many", Array.from({ length: 300 }, (_, at) => `a${at}=`).join("&")],
    ["a broken escape in what is passed over", "Cmd=%zz"],
    ["too much", `a=${"b".repeat(70_000)}`],
  ])("is refused for %s", (_, text) => {
    expect(() => readQuery(text)).toThrow(Unread);
  });

  it("gives all values of a parameter that may be a list, and of no other", () => {
    const query = readQuery("names=a&names=b&names=", new Set(["names"]));
    expect(readList(query, "names")).toEqual(["a", "b", ""]);
    expect(readList(query, "others")).toEqual([]);
    expect(() => readQuery("x=1&x=2", new Set(["names"]))).toThrow(Unread);
  });

  it.each([
    ["", false],
    ["0", false],
    ["no", false],
    ["False", false],
    ["none", false],
    ["1", true],
    ["true", true],
    ["YES", true],
  ])("reads the flag %j as %s", (value, read) => {
    expect(readFlag(new Map([["a", value]]), "a", !read)).toBe(read);
  });

  it.each(["2", " 0", "of", "nope", "f", "t", "\u0660"])("refuses the flag %j", (value) => {
    expect(() => readFlag(new Map([["a", value]]), "a")).toThrow(Unread);
  });

  it("takes a flag that is absent for what it is then", () => {
    expect(readFlag(new Map(), "a")).toBe(false);
    expect(readFlag(new Map(), "a", true)).toBe(true);
  });

  it("reads back whatever a URL's own parameters write", () => {
    const parameters = fc.dictionary(fc.string({ minLength: 1, unit: "binary" }), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(parameters, (given) => {
        fc.pre(!JSON.stringify(given).includes(String.raw`\u0000`));
        // Those are passed over
        fc.pre(!Object.keys(given).some((name) => /^[A-Z]/.test(name)));
        const text = new URLSearchParams(given).toString();
        expect(Object.fromEntries(readQuery(text))).toEqual({ ...given });
      }),
    );
  });

  it("is read or refused whatever it is", () => {
    const piece = fc.oneof(fc.constantFrom("&", "=", ";", "%", "%6", "%61", "+", "a", "\0"), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          readQuery(pieces.join(""));
        } catch (error) {
          if (!(error instanceof Unread)) throw error;
        }
      }),
    );
  });
});
