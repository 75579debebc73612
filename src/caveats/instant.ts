import { Failure } from "../errors.ts";

const canonical = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const typedInstant = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const typedDuration = /^(\d+)([smhd]?)$/;
const secondsIn: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
const lastMs = Date.parse("9999-12-31T23:59:59.999Z");

/** What a person may type for an instant. */
export const instantValues = "seconds from now (`60`), `15m`, `24h`, `7d`, or an instant as in RFC 3339";

/** RFC 3339 in UTC, with milliseconds only where there are some: an instant has one spelling. */
export function formatInstant(instant: Date): string {
  const ms = instant.getTime();
  // The comparison is written so that an invalid date fails it
  if (!(ms >= 0 && ms <= lastMs)) throw new Failure("misuse", "an instant lies outside the years 1970 to 9999");
  return instant.toISOString().replace(".000Z", "Z");
}

/** Reads an instant in the one spelling that {@link formatInstant} gives it. */
export function parseInstant(text: string): Date {
  const instant = new Date(canonical.test(text) ? text : Number.NaN);
  if (Number.isNaN(instant.getTime()) || formatInstant(instant) !== text) {
    throw new Failure("misuse", "an instant is written as 2030-01-31T12:00:00Z");
  }
  return instant;
}

/** Reads what a person types: a duration from now on, or an instant; throws Failure("misuse") for zero and less. */
export function readInstant(typed: string, now: Date): Date {
  const duration = typedDuration.exec(typed);
  const ms = duration === null ? readRfc3339(typed) : now.getTime() + readDuration(duration) * 1000;
  if (!(ms >= 0 && ms <= lastMs)) throw new Failure("misuse", "that instant lies outside the years 1970 to 9999");
  return new Date(ms);
}

function readDuration([, digits, unit]: RegExpExecArray): number {
  const seconds = Number(digits) * (secondsIn[unit as string] as number);
  if (seconds === 0) throw new Failure("misuse", "a time from now has to be longer than nothing");
  return seconds;
}

function readRfc3339(typed: string): number {
  const parts = typedInstant.exec(typed);
  if (parts === null) {
    throw new Failure(
      "misuse",
      "a time is written as seconds from now (60), as 15m, 24h or 7d, or as 2030-01-31T12:00:00Z",
    );
  }
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHour = "0", offsetMinute = "0"] = parts;
  const whole = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // Date.parse takes 31 April for 1 May
  const local = Date.parse(`${whole}.${fraction.slice(1, 4).padEnd(3, "0")}Z`);
  const exists = !Number.isNaN(local) && new Date(local).toISOString().startsWith(whole);
  if (!exists || Number(offsetHour) > 23 || Number(offsetMinute) > 59) {
    throw new Failure("misuse", "there is no such date or time of day");
  }
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return sign === "+" ? local - offsetMs : local + offsetMs;
}
