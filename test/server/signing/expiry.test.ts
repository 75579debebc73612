import { describe, expect, it } from "vitest";
import { createLog } from "../../../src/server/log.ts";
import { createExpiryLog, describeExpiry } from "../../../src/server/signing/expiry.ts";

const end = new Date("2030-06-30T12:00:00Z");
const before = (days: number): Date => new Date(end.getTime() - days * 24 * 60 * 60 * 1000);

const at = (...days: readonly number[]) => days.map((day) => [end, before(day)] as const);

/** The levels of what is logged at these times. */
function logAt(...times: readonly (readonly [Date, Date])[]): string[] {
  const lines: string[] = [];
  const log = createLog("info", false, (line) => lines.push(line));
  const logExpiry = createExpiryLog("c.pem", log);
  for (const [validTo, now] of times) logExpiry(validTo, now);
  return lines.map((line) => {
    const { level, msg } = JSON.parse(line) as { level: number; msg: string };
    return `${level} ${/expire[sd] (in \d+ days?|within a day|at)/.exec(msg)?.[1] ?? msg}`;
  });
}

describe("a certificate's end", () => {
  it("is spoken of from thirty days before it", () => {
    const tail = "at 2030-06-30T12:00:00.000Z: make the next pair: docker-id registry keys --next";
    expect(describeExpiry("c.pem", end, before(30.01))).toBeUndefined();
    expect(describeExpiry("c.pem", end, before(30))).toBe(`the signing certificate c.pem expires in 30 days, ${tail}`);
    expect(describeExpiry("c.pem", end, before(1.9))).toBe(`the signing certificate c.pem expires in 1 day, ${tail}`);
    expect(describeExpiry("c.pem", end, before(0.9))).toBe(
      `the signing certificate c.pem expires within a day, ${tail}`,
    );
    expect(describeExpiry("c.pem", end, end)).toBe(
      "the signing certificate c.pem expired at 2030-06-30T12:00:00.000Z, no token is signed: make the next pair: " +
        "docker-id registry keys --next",
    );
  });

  it("is logged at 30, 7 and 1 days, and when it is over, each once", () => {
    expect(logAt(...at(90, 30, 29, 8, 7, 6.5, 2, 1, 0.5, 0.1, 0, -1, -50))).toEqual([
      "40 in 30 days",
      "40 in 7 days",
      "40 in 1 day",
      "50 at",
    ]);
  });

  it("is logged once when it is near from the start", () => {
    expect(logAt(...at(5, 5, 4, 3))).toEqual(["40 in 5 days"]);
    expect(logAt(...at(-3, -4))).toEqual(["50 at"]);
  });

  it("is logged again for another certificate", () => {
    const later = new Date(end.getTime() + 10 * 24 * 60 * 60 * 1000);
    expect(logAt([end, before(1)], [later, before(1)], [later, before(0.9)])).toEqual(["40 in 1 day", "40 in 11 days"]);
  });
});
