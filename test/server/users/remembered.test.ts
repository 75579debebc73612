import { expect, it } from "vitest";
import { createRemembered } from "../../../src/server/users/remembered.ts";
import { standingClock } from "./records.ts";

it("what is remembered is at most so much, the oldest goes first, and what is told again is new", () => {
  const { clock, pass } = standingClock();
  const remembered = createRemembered<number>(3, 1000, clock);
  for (const [at, key] of ["a", "b", "c"].entries()) remembered.set(key, at);
  remembered.set("a", 4);
  remembered.set("d", 5);
  expect(["a", "b", "c", "d"].map((key) => remembered.get(key))).toEqual([4, undefined, 2, 5]);
  pass(500);
  remembered.set("c", 6);
  pass(500);
  expect(["a", "c", "d"].map((key) => remembered.get(key))).toEqual([undefined, 6, undefined]);
});
