import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldsTo, jsonLimits, readJson } from "../../src/docker/json.ts";
import { Unread } from "../../src/docker/unread.ts";

const read = (text: string): unknown => readJson(new TextEncoder().encode(text));
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

describe("JSON", () => {
  it.each([
    ["null", null],
    [" \t\r\n true ", true],
    ['"\\u0041\\n\\/\\"\\\\"', 'A\n/"\\'],
    ['"\\ud83d\\ude00"', "😀"],
    ['"\u2028"', "\u2028"],
    ["-0.5e1", -5],
    ["9007199254740991", 9_007_199_254_740_991],
    ["[ ]", []],
    ["[1,[2]]", [1, [2]]],
    ["1.5e-7", 1.5e-7],
  ])("%s", (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it("keeps keys that mean something to JavaScript as keys", () => {
    const value = read('{"__proto__":{"Privileged":true},"constructor":1,"toString":2}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value)).toEqual(["__proto__", "constructor", "toString"]);
    expect(value["Privileged"]).toBeUndefined();
  });

  it.each([
    ["nothing", ""],
    ["blanks", "  "],
    ["a byte order mark", "\ufeff{}"],
    ["another space", "\u00a0{}"],
    ["a key twice", '{"a":1,"a":1}'],
    ["a key twice, once escaped", '{"Binds":[],"B\\u0069nds":["/:/x"]}'],
    ["a key twice, further in", '{"a":{"b":1,"c":2,"b":3}}'],
    ["the prototype twice", '{"__proto__":1,"__proto__":2}'],
    ["a second value", "{}{}"],
    ["something after it", "{} x"],
    ["a null byte after it", "{}\0"],
    ["a comma at the end", '{"a":1,}'],
    ["a comma at the end of an array", "[1,]"],
    ["no comma", "[1 2]"],
    ["no colon", '{"a" 1}'],
    ["no quotes", "{a:1}"],
    ["single quotes", "{'a':1}"],
    ["a comment", "{}//"],
    ["a comment within", "{/**/}"],
    ["a line break in a string", '"a\nb"'],
    ["a null character in a string", '"a\0"'],
    ["a string without its end", '"abc'],
    ["an escape without its letter", '"\\'],
    ["an unknown escape", '"\\x41"'],
    ["half an escape", '"\\u12"'],
    ["half a surrogate pair", '"\\ud800"'],
    ["the other half", '"\\udc00"'],
    ["halves in the wrong order", '"\\udc00\\ud800"'],
    ["half a pair in a key", '{"\\ud800":1}'],
    ["a zero before", "01"],
    ["a plus before", "+1"],
    ["no digit after the point", "1."],
    ["no digit before the point", ".5"],
    ["no exponent", "1e"],
    ["not a number", "NaN"],
    ["infinity", "-Infinity"],
    ["an overflow", "1e999"],
    ["hexadecimal", "0x10"],
    ["an integer past what is safe", "9007199254740993"],
    ["one written with an exponent", "1e300"],
    ["a capital", "True"],
    ["a word that goes on", "nullx"],
    ["undefined", "undefined"],
    ["a depth of 66", nested(66)],
    ["a depth of a million", nested(1_000_000)],
    ["more than 4 MiB", `"${"a".repeat(jsonLimits.bytes)}"`],
  ])("is refused for %s", (_, text) => {
    expect(() => read(text)).toThrow(Unread);
  });

  it.each([[[0xff]], [[0x22, 0xc0, 0x80, 0x22]], [[0x22, 0xed, 0xa0, 0x80, 0x22]], [[0xff, 0xfe, 0x7b, 0, 0x7d, 0]]])(
    "is refused for bytes that are no UTF-8: %j",
    (bytes) => {
      expect(() => readJson(Uint8Array.from(bytes))).toThrow(Unread);
    },
  );

  it("goes as deep as 64", () => {
    expect(() => read(nested(64))).not.toThrow();
  });

  it("reads what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/\\ud[89a-f]/i.test(text) && !/[0-9]e\+/.test(text) && !/[0-9]{16}/.test(text));
        expect(JSON.stringify(read(text))).toBe(text);
      }),
    );
  });

  it("agrees with JSON.parse or refuses, whatever it is given", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"a"',
      '"b"',
      '"',
      "\\",
      "u0041",
      "1",
      "-",
      ".",
      "e",
      "0",
      "true",
      "null",
      " ",
      "\n",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const text = pieces.join("");
        let ours: unknown;
        try {
          ours = read(text);
        } catch (error) {
          if (!(error instanceof Unread)) throw error;
          return;
        }
        expect(JSON.stringify(ours)).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readJson(bytes);
        } catch (error) {
          if (!(error instanceof Unread)) throw error;
        }
      }),
    );
  });
});

describe("a key that Go folds", () => {
  const known = new Set(["HostConfig", "NetworkMode", "Links"]);

  it.each([
    ["hostconfig", "HostConfig"],
    ["HOSTCONFIG", "HostConfig"],
    ["Ho\u017ftConfig", "HostConfig"],
    ["NetworKMode", "NetworkMode"],
    ["Lin\u212a\u017f", "Links"],
    ["HostConfig", undefined],
    ["Host-Config", undefined],
    ["HostConf\u0131g", undefined],
    ["Hostconfigs", undefined],
    ["", undefined],
  ])("%s", (key, name) => {
    expect(foldsTo(key, known)).toBe(name);
  });
});
