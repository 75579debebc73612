import { describe, expect, it } from "vitest";
import { passesUnchanged } from "../../src/http1/fields.ts";
import { readAnswerFraming } from "../../src/http1/framing.ts";
import { createHeadReader } from "../../src/http1/head-reader.ts";
import { parseResponse } from "../../src/http1/response.ts";
import { writeResponseHead } from "../../src/http1/write.ts";

function read(text: string) {
  return createHeadReader(parseResponse).feed(Buffer.from(text, "latin1"));
}

function goesOn(text: string): boolean {
  const found = read(`${text}\r\n\r\n`);
  if (found.kind !== "head") throw new Error(text);
  return passesUnchanged(found.head);
}

describe("an answer's head", () => {
  it("is read as engines write it", () => {
    expect(read("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nraw")).toMatchObject({
      kind: "head",
      used: 74,
      head: { status: 101, reason: "UPGRADED", fields: [["Content-Type", "application/vnd.docker.raw-stream"]] },
    });
    expect(read("HTTP/1.1 200\r\n\r\n")).toMatchObject({ head: { status: 200, reason: "", keepAlive: true } });
    expect(read("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")).toMatchObject({ head: { keepAlive: false } });
    expect(read("HTTP/1.0 200 OK\r\n\r\n")).toMatchObject({ head: { keepAlive: false } });
  });

  it.each(["HTTP/2 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "200 OK", "HTTP/1.1  200 OK", "ICY 200 OK"])(
    "is refused where it begins %s",
    (line) => {
      expect(read(`${line}\r\n\r\n`)).toMatchObject({ kind: "bad" });
    },
  );

  it("is read again from what was written of it", () => {
    const fields = [["Api-Version", "1.41"]] as const;
    expect(read(writeResponseHead(404, "Not Found", fields))).toMatchObject({ head: { status: 404, fields } });
    expect(() => writeResponseHead(200, "O\nK", [])).toThrow(/another/);
  });
});

describe("an answer's head that goes on", () => {
  it.each([
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: Docker\r\nDate: now",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nApi-Version: 1.41",
  ])("is left as it came: %j", (text) => expect(goesOn(text)).toBe(true));

  it.each([
    "HTTP/1.0 200 OK\r\nContent-Length: 2",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nconnection: x-secret\r\nX-Secret: 1",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=5",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nUPGRADE: tcp",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTrailer: x",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked",
  ])("is written anew: %j", (text) => expect(goesOn(text)).toBe(false));
});

describe("an answer's body", () => {
  const length = [["Content-Length", "3"]] as const;
  it.each([
    ["has its length", 200, length, "GET", { kind: "length", bytes: 3 }],
    ["is empty where that is said", 200, [["Content-Length", "0"]] as const, "GET", { kind: "none" }],
    ["is chunked", 200, [["Transfer-Encoding", "chunked"]] as const, "GET", { kind: "chunked" }],
    ["ends with the connection where nothing is said", 200, [], "GET", { kind: "until-close" }],
    ["is never there for HEAD", 200, length, "HEAD", { kind: "none" }],
    ["is never there for 204", 204, [], "DELETE", { kind: "none" }],
    ["is never there for 304", 304, length, "GET", { kind: "none" }],
    ["is never there for 100", 100, [], "POST", { kind: "none" }],
  ] as const)("%s", (_, status, fields, method, body) => {
    expect(readAnswerFraming(status, fields, method)).toEqual(body);
  });

  it("is refused where it is framed in two ways", () => {
    expect(readAnswerFraming(200, [...length, ["Transfer-Encoding", "chunked"]], "GET")).toMatchObject({ kind: "bad" });
    expect(readAnswerFraming(200, [...length, ...length], "GET")).toMatchObject({ kind: "bad" });
  });
});
