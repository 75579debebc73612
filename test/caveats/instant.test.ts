import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatInstant, parseInstant, readInstant } from "../../src/caveats/instant.ts";
import { Failure } from "../../src/errors.ts";
import { now } from "./scene.ts";

const instants = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });

describe("instants", () => {
  it.each([
    ["60", "2030-01-31T12:01:00Z"],
    ["2s", "2030-01-31T12:00:02Z"],
    ["15m", "2030-01-31T12:15:00Z"],
    ["24h", "2030-02-01T12:00:00Z"],
    ["7d", "2030-02-07T12:00:00Z"],
    ["2031-01-01T00:00:00Z", "2031-01-01T00:00:00Z"],
    ["2031-01-01t00:00:00z", "2031-01-01T00:00:00Z"],
    ["2031-01-01T02:30:00+02:30", "2031-01-01T00:00:00Z"],
    ["2030-12-31T22:00:00-02:00", "2031-01-01T00:00:00Z"],
    ["2031-01-01T00:00:00.5Z", "2031-01-01T00:00:00.500Z"],
    ["2031-01-01T00:00:00.123987Z", "2031-01-01T00:00:00.123Z"],
    ["2031-01-01T00:00:00.000Z", "2031-01-01T00:00:00Z"],
  ])("reads %s as %s", (typed, canonical) => expect(formatInstant(readInstant(typed, now))).toBe(canonical));

  it.each(
    "0 0s 00h -5 +5 soon 1.5h 1e3 5w 5M 15min 0x10 999999999999 99999999999999999999999999 9999999999d 2031-01-01 2031-02-29T00:00:00Z 2031-04-31T00:00:00Z 2031-13-01T00:00:00Z 2031-01-01T24:00:00Z 2031-01-01T23:59:60Z 2031-01-01T00:00:00 2031-01-01T00:00:00+24:00 1969-12-31T23:59:59Z 1970-01-01T00:00:00+00:01"
      .split(" ")
      .concat("", " ", "60 ", "٣", "١٥m"),
  )("refuses to read %j", (typed) => expect(() => readInstant(typed, now)).toThrow(Failure));

  it("reads nothing without a clock", () => expect(() => readInstant("60", new Date(Number.NaN))).toThrow(Failure));

  it.each([
    ..."2031-01-01T00:00:00.000Z 2031-01-01T00:00:00.5Z 2031-01-01t00:00:00Z 2031-01-01T00:00:00+00:00 2031-01-01T00:00Z".split(
      " ",
    ),
    ..."2031-02-29T00:00:00Z 2031-01-01T24:00:00Z 60 24h 1969-12-31T23:59:59Z +010000-01-01T00:00:00Z 2031-01-01".split(
      " ",
    ),
    "",
    "2031-01-01T00:00:00Z ",
  ])("takes no other spelling in a token: %j", (text) => expect(() => parseInstant(text)).toThrow(Failure));

  it("gives each instant one spelling", () => {
    fc.assert(
      fc.property(instants, (instant) => {
        expect(parseInstant(formatInstant(instant))).toEqual(instant);
      }),
    );
  });
});
