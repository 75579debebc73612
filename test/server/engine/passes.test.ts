import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createPasses } from "../../../src/server/engine/passes.ts";
import type { PassedRequest } from "../../../src/server/engine/passes.ts";

let now = new Date("2030-01-01T00:00:00Z");
const later = (ms: number) => (now = new Date(now.getTime() + ms));
const make = (admits?: (request: PassedRequest) => boolean) =>
  createPasses({ clock: () => now, random: randomBytes, ...(admits && { admits }) });
const web: PassedRequest = { method: "GET", target: "/containers/web/json" };
const create: PassedRequest = { method: "POST", target: "/containers/create", body: Buffer.from("{}") };

describe("a pass", () => {
  it("is good once, for its own request", () => {
    const passes = make();
    const value = passes.issue(web);
    expect(value).toMatch(/^[\w-]{43}$/);
    expect(passes.redeem(value, web)).toBe(true);
    expect(passes.redeem(value, web)).toBe(false);
  });

  it("takes no body and an empty one for the same", () => {
    const passes = make();
    expect(passes.redeem(passes.issue(web), { ...web, body: new Uint8Array() })).toBe(true);
  });

  it.each<[string, PassedRequest, PassedRequest]>([
    ["method", web, { ...web, method: "DELETE" }],
    ["target", web, { ...web, target: "/containers/other/json" }],
    ["spelling", web, { ...web, target: "/containers/%77eb/json" }],
    ["query", web, { ...web, target: "/containers/web/json?size=1" }],
    ["body", create, { ...create, body: Buffer.from("{} ") }],
    ["missing body", create, { method: create.method, target: create.target }],
    ["added body", web, { ...web, body: Buffer.from("x") }],
  ])("is used up, and good for nothing, with another %s", (_what, issued, shown) => {
    const passes = make(() => true);
    const value = passes.issue(issued);
    expect(passes.redeem(value, shown)).toBe(false);
    expect(passes.redeem(value, issued)).toBe(false);
  });

  it("is good without a body that the engine may leave out, and never with another", () => {
    const passes = make(() => true);
    const bare = { method: create.method, target: create.target };
    expect(passes.redeem(passes.issue(create, { mayComeBare: true }), bare)).toBe(true);
    expect(passes.redeem(passes.issue(create, { mayComeBare: true }), create)).toBe(true);
    const other = { ...create, body: Buffer.from("{} ") };
    expect(passes.redeem(passes.issue(create, { mayComeBare: true }), other)).toBe(false);
  });

  it("never comes twice", () => {
    const passes = make();
    expect(new Set(Array.from({ length: 500 }, () => passes.issue(web))).size).toBe(500);
  });

  it.each([
    [4999, true],
    [5000, false],
    [-1, false],
  ])("after %i ms is good: %s", (ms, good) => {
    const passes = make();
    const value = passes.issue(web);
    later(ms);
    expect(passes.redeem(value, web)).toBe(good);
  });

  it.each(["", "x", "A".repeat(43), "A".repeat(100_000)])("that was never issued is none (%#)", (value) => {
    expect(make().redeem(value, web)).toBe(false);
  });

  it("is neither good nor used up by whoever knows how it begins", () => {
    const passes = make();
    const value = passes.issue(web);
    const others = Array.from({ length: 32 }, (_, at) => {
      const changed = value[11 + at] === "A" ? "B" : "A";
      return value.slice(0, 11 + at) + changed + value.slice(12 + at);
    });
    for (const other of [...others, value.slice(0, 11), value.slice(0, 42), `${value}A`, value.slice(0, 42) + "é"]) {
      expect([passes.redeem(other, web), passes.withdraw(other)]).toEqual([false, false]);
    }
    expect(passes.redeem(value, web)).toBe(true);
  });

  it("of one verifier is nothing to another", () => {
    expect(make().redeem(make().issue(web), web)).toBe(false);
  });

  it.each([create, { method: "GET", target: "/containers/web/archive?path=/" }, { method: "POST", target: "/info" }])(
    "is not issued for what is no question of the resolver (%#)",
    (request) => {
      expect(() => make().issue(request)).toThrow("may carry no pass");
    },
  );

  it("that was withdrawn is none, and it is told whether it was used", () => {
    const passes = make();
    const [used, unused] = [passes.issue(web), passes.issue(web)];
    passes.redeem(used, web);
    expect([passes.withdraw(used), passes.withdraw(unused), passes.withdraw(unused)]).toEqual([false, true, false]);
    expect(passes.redeem(unused, web)).toBe(false);
  });

  it("falls, the oldest first, when too many are out", () => {
    const passes = make();
    const first = passes.issue(web);
    const second = passes.issue(web);
    for (let count = 0; count < 8191; count += 1) passes.issue(web);
    expect(passes.redeem(first, web)).toBe(false);
    expect(passes.redeem(second, web)).toBe(true);
  });
});
