import type { Touch } from "../attempt.ts";
import type { Json } from "../json.ts";
import { hostPower, namedPower, quote } from "../powers/host.ts";
import { Unread } from "../unread.ts";
import {
  expectList,
  expectObject,
  expectText,
  type FieldReader,
  readShape,
  type Reading,
  type Shape,
  unreadField,
} from "./shape.ts";

const none: readonly Touch[] = [];

/** A text that reaches nothing. */
export const text: FieldReader = (value, field) => {
  expectText(value, field);
  return none;
};

/** A boolean that reaches nothing. */
export const flag: FieldReader = (value, field) => {
  if (typeof value !== "boolean") throw unreadField(field, "true or false");
  return none;
};

/** An integer that reaches nothing. */
export const whole: FieldReader = (value, field) => {
  if (typeof value !== "number" || !Number.isInteger(value)) throw unreadField(field, "an integer");
  return none;
};

/** A number that reaches nothing. */
export const number: FieldReader = (value, field) => {
  if (typeof value !== "number") throw unreadField(field, "a number");
  return none;
};

/** An array of what `reader` reads, which nobody leaves holes in. */
export function list(reader: FieldReader): FieldReader {
  return async (value, field, reading) => {
    const touches: Touch[] = [];
    for (const item of expectList(value, field)) {
      if (item === null) throw unreadField(field, "an array without holes");
      touches.push(...(await reader(item, `${field}[]`, reading)));
    }
    return touches;
  };
}

/** An object with keys of the client's choice, each holding null or what `reader` reads. */
export function mapOf(reader: FieldReader): FieldReader {
  return async (value, field, reading) => {
    const touches: Touch[] = [];
    for (const item of Object.values(expectObject(value, field))) {
      if (item !== null) touches.push(...(await reader(item, `${field}{}`, reading)));
    }
    return touches;
  };
}

/** An object of the given shape. */
export function object(shape: Shape): FieldReader {
  return async (value, field, reading) => readShape(shape, value, field, reading);
}

/** An array of texts that reach nothing. */
export const texts: FieldReader = list(text);

/** An array of integers that reach nothing. */
export const wholes: FieldReader = list(whole);

/** An object of texts that reach nothing. */
export const textMap: FieldReader = mapOf(text);

/** A set as Go writes one: an object whose values are empty objects. */
export const set: FieldReader = (value, field) => {
  for (const item of Object.values(expectObject(value, field))) {
    if (Object.keys(expectObject(item, field)).length > 0) throw unreadField(field, "a set");
  }
  return none;
};

/** A command: an array of texts, or one text. */
export const command: FieldReader = async (value, field, reading) =>
  typeof value === "string" ? none : texts(value, field, reading);

/** A field that must say nothing: what it could say is refused rather than understood. */
export const zero: FieldReader = (value, field) => {
  if (!isZero(value)) throw new Unread(`the body's ${quote(field)} is not allowed to say anything`);
  return none;
};

/** One of the texts given, all of which reach nothing. */
export function oneOf(...values: readonly string[]): FieldReader {
  return (value, field) => {
    const said = expectText(value, field);
    if (!values.includes(said)) throw new Unread(`the body's ${quote(field)} is ${quote(said)}, which is not known`);
    return none;
  };
}

/** A boolean that is a power over the host when it is true. */
export function flagPower(power: string): FieldReader {
  return (value, field) => {
    if (typeof value !== "boolean") throw unreadField(field, "true or false");
    return value ? [hostPower(power)] : none;
  };
}

/** A text that, unless empty, is read by `read`. */
export function textPower(
  read: (said: string, reading: Reading) => readonly Touch[] | Promise<readonly Touch[]>,
): FieldReader {
  return (value, field, reading) => {
    const said = expectText(value, field);
    return said === "" ? none : read(said, reading);
  };
}

/** An array of texts each of which is read by `read`. */
export function eachText(
  read: (said: string, reading: Reading) => readonly Touch[] | Promise<readonly Touch[]>,
): FieldReader {
  return list((value, field, reading) => read(expectText(value, field), reading));
}

/** An object of texts whose every key is a power over the host, `POWER/KEY`. */
export function keyPowers(power: string): FieldReader {
  return async (value, field, reading) => {
    await textMap(value, field, reading);
    return Object.keys(expectObject(value, field)).map((key) => namedPower(power, key));
  };
}

/** Whether Go would read the value as a field's zero value. */
export function isZero(value: Json): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
