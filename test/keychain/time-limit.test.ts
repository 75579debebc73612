import { describe, expect, it } from "vitest";
import { unansweredOperations, within } from "../../src/keychain/time-limit.ts";

const late = () => new Error("late");

describe("an operation with a limit", () => {
  it("gives its answer, or its error", async () => {
    expect(await within(10_000, Promise.resolve(7), late)).toBe(7);
    await expect(within(10_000, Promise.reject(new Error("its own")), late)).rejects.toThrow("its own");
    expect(unansweredOperations()).toBe(0);
  });
  it("is given up after it, and counted until it ends after all", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    await expect(within(1, promise, late)).rejects.toThrow("late");
    expect(unansweredOperations()).toBe(1);
    resolve(7);
    await promise;
    await Promise.resolve();
    expect(unansweredOperations()).toBe(0);
  });
});
