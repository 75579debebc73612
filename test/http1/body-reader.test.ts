import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBodyReader } from "../../src/http1/body-reader.ts";
import type { Body } from "../../src/http1/framing.ts";
import { lastChunk, writeChunk } from "../../src/http1/write.ts";

const chunked: Body = { kind: "chunked" };

function read(body: Body, text: string, cuts: readonly number[] = [], trailers = false) {
  const reader = createBodyReader(body, { trailers });
  const bytes = Buffer.from(text, "latin1");
  const ends = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  let data = "";
  let used = 0;
  for (let at = 1; at < ends.length && !reader.done(); at += 1) {
    const found = reader.feed(bytes.subarray(ends[at - 1], ends[at]));
    if (found.kind === "bad") return "bad";
    used += found.used;
    data += Buffer.concat([...found.data]).toString("latin1");
    expect(found.done).toBe(reader.done());
  }
  return { data, done: reader.done(), rest: text.slice(used) };
}

describe("a body", () => {
  it("of a length ends with it", () => {
    expect(read({ kind: "length", bytes: 3 }, "abcGET")).toEqual({ data: "abc", done: true, rest: "GET" });
    expect(read({ kind: "length", bytes: 3 }, "ab")).toEqual({ data: "ab", done: false, rest: "" });
    expect(createBodyReader({ kind: "none" }).done()).toBe(true);
    expect(read({ kind: "until-close" }, "abc")).toEqual({ data: "abc", done: false, rest: "" });
  });

  it("in chunks is the same in whatever pieces it comes", () => {
    const text = "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
    fc.assert(
      fc.property(fc.array(fc.nat(text.length + 3)), (cuts) => {
        const ends = cuts.filter((cut) => cut <= text.length);
        expect(read(chunked, `${text}GET`, ends)).toEqual({ data: "abc0123456789", done: true, rest: "GET" });
      }),
    );
  });

  it("in chunks is read again from what was written of it", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary-ascii", minLength: 1 })), (parts) => {
        const pieces = parts.flatMap((part) => writeChunk(Buffer.from(part, "latin1")));
        const text = pieces.map((piece) => Buffer.from(piece as string).toString("latin1")).join("") + lastChunk;
        expect(read(chunked, text)).toEqual({ data: parts.join(""), done: true, rest: "" });
      }),
    );
    expect(() => writeChunk(Buffer.alloc(0))).toThrow();
  });

  it.each([
    ["an extension", "3;a=b\r\nabc\r\n0\r\n\r\n"],
    ["a space after the size", "3 \r\nabc\r\n0\r\n\r\n"],
    ["a size in 0x", "0x3\r\nabc\r\n0\r\n\r\n"],
    ["a sign", "+3\r\nabc\r\n0\r\n\r\n"],
    ["no size", "\r\nabc\r\n0\r\n\r\n"],
    ["a size that overflows", "fffffffffffffffff\r\nabc"],
    ["a bare line feed after the size", "3\nabc\r\n0\r\n\r\n"],
    ["a bare line feed after the data", "3\r\nabc\n0\r\n\r\n"],
    ["a chunk that is longer than its size", "3\r\nabcd\r\n0\r\n\r\n"],
    ["a trailer", "0\r\nX-A: b\r\n\r\n"],
    ["a bare line feed at the end", "0\r\n\n"],
  ])("in chunks is refused with %s", (_, text) => {
    expect(read(chunked, text)).toBe("bad");
    expect(read(chunked, text, [1, 2, 3, 4])).toBe("bad");
  });

  it("of an answer may have trailers, within reason", () => {
    expect(read(chunked, "0\r\nX-A: b\r\nX-B: c\r\n\r\nrest", [], true)).toEqual({
      data: "",
      done: true,
      rest: "rest",
    });
    expect(read(chunked, "0\r\nX-A: b\n\r\n\r\n", [], true)).toBe("bad");
    expect(read(chunked, `0\r\nX-A: ${"b".repeat(20_000)}\r\n\r\n`, [], true)).toBe("bad");
  });

  it("survives anything", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (pieces) => {
        const reader = createBodyReader(chunked, { trailers: true });
        for (const piece of pieces) if (reader.feed(Buffer.from(piece)).kind === "bad") break;
      }),
    );
  });
});
