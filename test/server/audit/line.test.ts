import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AuditLine } from "../../../src/protocol/admin.ts";
import { formatLine, holderBounds, parseLine, strangerBounds } from "../../../src/server/audit/line.ts";

const line: AuditLine = {
  time: "2030-01-01T00:00:00.000Z",
  door: "authz",
  action: "container.start",
  verdict: "refused",
  op: "write",
  touches: ["container:42:write"],
  links: ["1.a", "2.b"],
  names: ["ci"],
  root: false,
  address: "10.0.0.1",
  service: "hub",
  account: "alice",
  jti: "j1",
  tag: "v1",
  digest: "sha256:00",
  request: "r1",
  event_time: "2030-01-01T00:00:00.000Z",
  reasons: ["op=read"],
  count: 3,
};

describe("a line of the log", () => {
  it("says what it was given", () => {
    expect(parseLine(formatLine(line, holderBounds))).toEqual(line);
  });

  it("leaves out what is not known", () => {
    const { time, door, action, verdict } = line;
    expect(formatLine({ time, door, action, verdict, touches: [] }, holderBounds)).toBe(
      `${JSON.stringify({ time, door, action, verdict })}\n`,
    );
  });

  it("has no field that an audit line has not", () => {
    const careless = { ...line, token: "dkid_secret", body: "{}" };
    expect(formatLine(careless, holderBounds)).toBe(formatLine(line, holderBounds));
  });

  it.each(["dkid_AgEAAAB-_9", "name=dkid_AgEAAAB-_9 x", "xdkid_AgEAAAB-_9"])("strikes a token out of %s", (text) => {
    const said = { account: text, service: text, jti: text, tag: text, digest: text, request: text, event_time: text };
    const written = formatLine({ ...line, ...said, action: text, names: [text], reasons: [text] }, holderBounds);
    expect(written).not.toContain("AgEAAAB");
    expect(written).toContain("dkid_\\u2026");
  });

  it("is one line of printable ASCII, whatever the words, and reads back as they were", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.string({ unit: "binary", maxLength: 40 }),
        (one, two) => {
          fc.pre(!one.includes("dkid_") && !two.includes("dkid_"));
          const spoken = { ...line, action: one, names: [two, one], reasons: [one] };
          const written = formatLine(spoken, holderBounds);
          expect(written).toMatch(/^[\u0020-\u007e]+\n$/);
          if (one.isWellFormed() && two.isWellFormed()) expect(parseLine(written)).toEqual(spoken);
        },
      ),
    );
  });

  it.each(["\n{}", "\r\n", "\u2028", "\u0085", "\u009b2J", "\u001b]0;x\u0007", "\u202e", "\0"])(
    "cannot be broken, nor a terminal commanded, by %j",
    (text) => {
      expect(formatLine({ ...line, action: text }, holderBounds)).toMatch(/^[\u0020-\u007e]+\n$/);
    },
  );

  it("is bounded for a stranger", () => {
    const long = "é".repeat(100_000);
    const many = Array.from({ length: 10_000 }, () => long);
    const flood = {
      ...line,
      action: long,
      door: long,
      address: long,
      service: long,
      account: long,
      jti: long,
      tag: long,
      digest: long,
      request: long,
      event_time: long,
      touches: many,
      links: many,
      names: many,
      reasons: many,
    };
    expect(formatLine(flood, strangerBounds).length).toBeLessThan(45_000);
    expect(formatLine({ ...line, action: "x".repeat(1024) }, holderBounds)).toContain("x".repeat(1024));
    expect(
      parseLine(formatLine({ ...line, reasons: ["a", "b", "c", "d", "e", "f"] }, strangerBounds))?.reasons,
    ).toEqual(["a", "b", "c", "d", "… and 2 more"]);
  });

  it.each(["allowed", "refused", "seen"] as const)("may say that something was %s", (verdict) => {
    expect(parseLine(formatLine({ ...line, verdict }, holderBounds))).toEqual({ ...line, verdict });
  });

  it.each(["", "{", "null", "[]", "{}", '{"time":1}', '{"time":"","door":"","action":"","verdict":"perhaps"}'])(
    "is not %j",
    (text) => {
      expect(parseLine(text)).toBeUndefined();
    },
  );
});
