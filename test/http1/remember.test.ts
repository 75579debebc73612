import { describe, expect, it } from "vitest";
import { headLimits } from "../../src/http1/head-reader.ts";
import { rememberHeads } from "../../src/http1/remember.ts";
import { parseRequest } from "../../src/http1/request.ts";

/** A parse that counts how often it was asked. */
function counting() {
  let asked = 0;
  const read = rememberHeads<string>((text) => {
    asked += 1;
    return text.startsWith("bad") ? { kind: "bad", status: 400, why: "bad" } : { kind: "head", head: text };
  });
  return { read: (text: string) => read(text, headLimits), asked: () => asked };
}

describe("heads that come again", () => {
  it("are parsed once, to the byte", () => {
    const { read, asked } = counting();
    expect(read("one")).toBe(read("one"));
    expect(asked()).toBe(1);
    expect(read("one ")).toMatchObject({ head: "one " });
    expect(asked()).toBe(2);
  });

  it("are refused every time", () => {
    const { read, asked } = counting();
    expect([read("bad"), read("bad")]).toMatchObject([{ kind: "bad" }, { kind: "bad" }]);
    expect(asked()).toBe(2);
  });

  it("are let go of when many others came, and not while they still come", () => {
    const { read, asked } = counting();
    read("old");
    read("still");
    for (let other = 0; other < 2000; other += 1) {
      read(`other ${other}`);
      read("still");
    }
    expect(asked()).toBe(2002);
    read("old");
    expect(asked()).toBe(2003);
  });

  it("are not kept where they are long", () => {
    const { read, asked } = counting();
    const long = "x".repeat(5000);
    read(long);
    read(long);
    expect(asked()).toBe(2);
  });

  it("are told apart by whatever differs in them", () => {
    const read = rememberHeads(parseRequest);
    const target = (text: string): unknown => read(text, headLimits);
    expect(target("GET /a HTTP/1.1")).toMatchObject({ head: { target: "/a" } });
    expect(target("GET /b HTTP/1.1")).toMatchObject({ head: { target: "/b" } });
    expect(target("GET /a HTTP/1.1")).toMatchObject({ head: { target: "/a" } });
  });
});
