import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { newLink } from "../../src/caveats/link.ts";
import { readCaveat } from "../../src/caveats/vocabulary.ts";
import { allow, attempt, now, touch } from "./scene.ts";

describe("link", () => {
  it("is new each time, and of 96 random bits", () => {
    const links = Array.from({ length: 100 }, () => newLink(now, randomBytes));
    expect(new Set(links).size).toBe(100);
    for (const link of links) expect(link).toMatch(/^1896091200\.[0-9a-f]{24}$/);
    expect(() => newLink(now, () => new Uint8Array(8))).toThrow("a link is");
    expect(() => newLink(new Date(Number.NaN), randomBytes)).toThrow("a link is");
  });

  it("refuses nothing", () => {
    allow(`link=${newLink(now, randomBytes)}`, attempt([touch("host:privileged:write"), touch("guard:x:write")]));
  });

  it.each([
    "",
    "1.2",
    "mine",
    `01.${"0".repeat(24)}`,
    `1.${"A".repeat(24)}`,
    `1.${"0".repeat(25)}`,
    `-1.${"0".repeat(24)}`,
  ])("is not written %j", (text) => expect(() => readCaveat(`link=${text}`)).toThrow("a link is"));
});
