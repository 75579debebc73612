import { describe, expect, it } from "vitest";
import { allow, attempt, refuse, typed, web } from "./scene.ts";

const tried = attempt([web()]);
const at = (time: string) => ({ now: new Date(time) });

describe("not_before", () => {
  it("refuses until the instant", () => {
    refuse("not_before=2030-01-31T12:00:00Z", tried, at("2030-01-31T11:59:59.999Z"));
    allow("not_before=2030-01-31T12:00:00Z", tried, at("2030-01-31T12:00:00Z"));
  });

  it("refuses when there is no clock", () => refuse("not_before=1970-01-01T00:00:00Z", tried, at("never")));

  it("may lie in the past", () => expect(typed("not_before", "2020-01-01T00:00:00Z")).toBe("2020-01-01T00:00:00Z"));
});
