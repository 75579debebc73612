import { expect, it } from "vitest";
import { endToEnd, type Fields, valueOf, valuesOf, without, wordsOf } from "../../src/http1/fields.ts";

const fields: Fields = [
  ["Host", ""],
  ["X-Expose", "a"],
  ["x-expose", "b"],
  ["Connection", "Keep-Alive, X-Gone"],
  ["X-Gone", "1"],
  ["Keep-Alive", "timeout=5"],
  ["Transfer-Encoding", "chunked"],
  ["Upgrade", "tcp"],
];

it("finds fields whatever their spelling, in their order", () => {
  expect(valuesOf(fields, "x-expose")).toEqual(["a", "b"]);
  expect(valueOf(fields, "x-expose")).toBe("a");
  expect(valueOf(fields, "x-expos")).toBeUndefined();
  expect(wordsOf(fields, "connection")).toEqual(["keep-alive", "x-gone"]);
});

it("leaves out what concerns one connection alone, and keeps the rest as it came", () => {
  const kept = [
    ["Host", ""],
    ["X-Expose", "a"],
    ["x-expose", "b"],
  ];
  expect(endToEnd(fields)).toEqual(kept);
  expect(without(endToEnd(fields), new Set(["x-expose"]))).toEqual([["Host", ""]]);
});
