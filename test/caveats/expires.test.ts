import { describe, expect, it } from "vitest";
import { allow, attempt, refuse, typed, web } from "./scene.ts";

const tried = attempt([web()]);
const at = (time: string) => ({ now: new Date(time) });

describe("expires", () => {
  it("refuses from the instant on", () => {
    allow("expires=2030-01-31T12:00:00Z", tried, at("2030-01-31T11:59:59.999Z"));
    refuse("expires=2030-01-31T12:00:00Z", tried, at("2030-01-31T12:00:00Z"));
    refuse("expires=2030-01-31T12:00:00Z", tried, at("2031-01-01T00:00:00Z"));
  });

  it("refuses when there is no clock", () => refuse("expires=9999-12-31T23:59:59Z", tried, at("never")));

  it("is not minted in the past", () => {
    expect(typed("expires", "2")).toBe("2030-01-31T12:00:02Z");
    for (const words of ["0", "-5", "soon", "2030-01-31T12:00:00Z", "2020-01-01T00:00:00Z"]) {
      expect(() => typed("expires", words)).toThrow(/time|expire/);
    }
  });
});
