import { describe, expect, it } from "vitest";
import { within } from "../../../src/server/gate/within.ts";

describe("a time limit", () => {
  it("gives what came in time", async () => {
    expect(await within(10_000, Promise.resolve(1), () => 2)).toBe(1);
  });

  it("gives something else when nothing came", async () => {
    expect(await within(10, new Promise<number>(() => undefined), () => 2)).toBe(2);
  });

  it("passes on what failed in time", async () => {
    await expect(within(10_000, Promise.reject(new Error("no")), () => 2)).rejects.toThrow("no");
  });

  it("loses what fails late", async () => {
    const late = new Promise<number>((_, reject) => {
      setTimeout(() => reject(new Error("late")), 40);
    });
    expect(await within(10, late, () => 2)).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 60));
  });
});
