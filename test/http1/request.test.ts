import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeadReader, headLimits } from "../../src/http1/head-reader.ts";
import { parseRequest, type RequestHead } from "../../src/http1/request.ts";
import { writeRequestHead } from "../../src/http1/write.ts";

function read(text: string, pieces: readonly number[] = []) {
  const reader = createHeadReader(parseRequest);
  const bytes = Buffer.from(text, "latin1");
  const cuts = [0, ...pieces.toSorted((a, b) => a - b), bytes.length];
  for (let at = 1; at < cuts.length; at += 1) {
    const found = reader.feed(bytes.subarray(cuts[at - 1], cuts[at]));
    if (found.kind !== "more") return found;
  }
  return { kind: "more" } as const;
}

function head(text: string): RequestHead {
  const found = read(text);
  if (found.kind !== "head") throw new Error(JSON.stringify(found));
  return found.head;
}

describe("a request's head", () => {
  it("is read with its fields as they came", () => {
    const text =
      "POST /session HTTP/1.1\r\nHost: \r\nx-a: 1\r\nX-A:2\t \r\nContent-Length: 29\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nrest";
    expect(read(text)).toEqual({
      kind: "head",
      used: text.length - 4,
      head: {
        method: "POST",
        target: "/session",
        fields: [
          ["Host", ""],
          ["x-a", "1"],
          ["X-A", "2"],
          ["Content-Length", "29"],
          ["Connection", "Upgrade"],
          ["Upgrade", "h2c"],
        ],
        body: { kind: "length", bytes: 29 },
        upgrade: "h2c",
        expectsContinue: false,
        keepAlive: true,
      },
    });
  });

  it("needs no Host, and tells of a body, an expectation and a connection's end", () => {
    expect(head("GET / HTTP/1.1\r\n\r\n").body).toEqual({ kind: "none" });
    expect(head("POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\nExpect: 100-Continue\r\n\r\n")).toMatchObject({
      body: { kind: "chunked" },
      expectsContinue: true,
    });
    expect(head("GET / HTTP/1.1\r\nConnection: close, TE\r\n\r\n").keepAlive).toBe(false);
    // Nothing to wait for
    expect(head("GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n").expectsContinue).toBe(false);
  });

  it.each<[string, string, number]>([
    ["both lengths", "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
    ["two lengths", "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", 400],
    ["one length twice", "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400],
    ["a list of lengths", "POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\n", 400],
    ["a signed length", "POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\n", 400],
    ["a length in hex", "POST / HTTP/1.1\r\nContent-Length: 0x3\r\n\r\n", 400],
    ["a length with a zero before it", "POST / HTTP/1.1\r\nContent-Length: 03\r\n\r\n", 400],
    ["an empty length", "POST / HTTP/1.1\r\nContent-Length: \r\n\r\n", 400],
    ["a length beyond reason", `POST / HTTP/1.1\r\nContent-Length: ${"9".repeat(16)}\r\n\r\n`, 400],
    [
      "two transfer encodings",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
    ["gzip and chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501],
    ["chunked in disguise", "POST / HTTP/1.1\r\nTransfer-Encoding: \vchunked\r\n\r\n", 400],
    ["xchunked", "POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n", 501],
    ["a folded field", "GET / HTTP/1.1\r\nX-A: 1\r\n 2\r\n\r\n", 400],
    ["a first field that is folded", "GET / HTTP/1.1\r\n X-A: 1\r\n\r\n", 400],
    ["a space before the colon", "GET / HTTP/1.1\r\nContent-Length : 3\r\n\r\n", 400],
    ["a bare line feed", "GET / HTTP/1.1\r\nX-A: 1\nX-B: 2\r\n\r\n", 400],
    ["a bare carriage return", "GET / HTTP/1.1\r\nX-A: 1\rX-B: 2\r\n\r\n", 400],
    ["a null", "GET / HTTP/1.1\r\nX-A: 1\0\r\n\r\n", 400],
    ["a field without a name", "GET / HTTP/1.1\r\n: 1\r\n\r\n", 400],
    ["a field without a colon", "GET / HTTP/1.1\r\nX-A\r\n\r\n", 400],
    ["a name that is no token", "GET / HTTP/1.1\r\nX(A): 1\r\n\r\n", 400],
    ["an empty line before it", "\r\nGET / HTTP/1.1\r\n\r\n", 400],
    ["a method that is no token", "G(ET / HTTP/1.1\r\n\r\n", 400],
    ["two spaces", "GET  / HTTP/1.1\r\n\r\n", 400],
    ["a tab", "GET\t/ HTTP/1.1\r\n\r\n", 400],
    ["a space in the target", "GET /a b HTTP/1.1\r\n\r\n", 400],
    ["bytes beyond ASCII in the target", "GET /\xe9 HTTP/1.1\r\n\r\n", 400],
    ["an absolute target", "GET http://docker/_ping HTTP/1.1\r\n\r\n", 400],
    ["an authority", "CONNECT docker:80 HTTP/1.1\r\n\r\n", 400],
    ["an asterisk", "OPTIONS * HTTP/1.1\r\n\r\n", 400],
    ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 505],
    ["HTTP/0.9", "GET /\r\n\r\n", 400],
    ["HTTP/2 by prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
    ["TLS", "\x16\x03\x01\x02\x00\x01", 400],
    ["two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400],
    ["two content types", "POST / HTTP/1.1\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n", 400],
    ["a Connection that takes a field away", "GET / HTTP/1.1\r\nConnection: close, X-Docker-Id\r\n\r\n", 400],
    ["an upgrade of two", "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp, h2c\r\n\r\n", 400],
    ["an upgrade without Connection", "GET / HTTP/1.1\r\nUpgrade: tcp\r\n\r\n", 400],
    ["an upgrade to nothing", "GET / HTTP/1.1\r\nConnection: Upgrade\r\n\r\n", 400],
    ["another expectation", "POST / HTTP/1.1\r\nExpect: 200-ok\r\n\r\n", 417],
    ["too many fields", `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(headLimits.fields + 1)}\r\n`, 431],
    ["a head that is too large", `GET / HTTP/1.1\r\nA: ${"b".repeat(headLimits.bytes)}\r\n\r\n`, 431],
    ["a head without an end", `GET / HTTP/1.1\r\nA: ${"b".repeat(headLimits.bytes)}`, 431],
  ])("is refused with %s", (_, text, status) => {
    expect(read(text)).toMatchObject({ kind: "bad", status });
    // However it comes
    expect(read(text, [1, 2, 3, 10, 17, 18, 19])).toMatchObject({ kind: "bad", status });
  });

  it("is the same in whatever pieces it comes, and takes none of what follows", () => {
    const text = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Long: aaaa\r\n\r\n";
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const found = read(text, cuts);
        expect(found).toMatchObject({ kind: "head", head: head(text) });
      }),
    );
    const reader = createHeadReader(parseRequest);
    expect(reader.feed(Buffer.from("GET / HTTP/1.1\r\n\r"))).toEqual({ kind: "more" });
    expect(reader.begun()).toBe(true);
    expect(reader.feed(Buffer.from("\nGET"))).toMatchObject({ kind: "head", used: 1 });
    expect(reader.begun()).toBe(false);
  });

  it("is read again from what was written of it", () => {
    const name = fc.stringMatching(/^X-[a-z]{1,8}$/);
    const value = fc.stringMatching(/^[!-~]([ -~]{0,8}[!-~])?$/);
    fc.assert(
      fc.property(fc.stringMatching(/^\/[!-~]{0,20}$/), fc.array(fc.tuple(name, value)), (target, fields) => {
        expect(head(writeRequestHead("GET", target, fields))).toMatchObject({ target, fields });
      }),
    );
  });

  it("survives anything", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (pieces) => {
        const reader = createHeadReader(parseRequest);
        for (const piece of pieces) if (reader.feed(Buffer.from(piece)).kind !== "more") break;
      }),
    );
  });

  it("takes no square of its length to refuse", () => {
    const blanks = `GET / HTTP/1.1\r\nA: b${" ".repeat(100_000)}b\r\n\r\n`;
    const began = performance.now();
    expect(read(blanks).kind).toBe("head");
    // Seconds, if it did
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe("a head that is written", () => {
  it.each([
    ["GET", "/a b", []],
    ["GET", "/", [["A", "b\r\nC: d"]]],
    ["GET", "/", [["A b", "c"]]],
    ["G\r", "/", []],
  ] as const)("is never another", (method, target, fields) => {
    expect(() => writeRequestHead(method, target, fields)).toThrow(/another/);
  });
});
