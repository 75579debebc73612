import type { GuardBounds, Touch } from "../attempt.ts";
import { foldsTo, isObject, type Json, type JsonObject } from "../json.ts";
import { quote } from "../powers/host.ts";
import type { Resolver } from "../resolve.ts";
import { Unread } from "../unread.ts";

/** What the reading of one request's fields shares. */
export interface Reading {
  readonly resolver: Resolver;
  readonly guard: GuardBounds;
  /** Containers that the request joins, by full id, with their inspect answers: their powers are read at the end. */
  readonly joined: Map<string, JsonObject>;
}

/**
 * Reads the value of one known field, never null, into what it touches; throws Unread where the value has another type
 * or is not understood. `field` is the field's path, for the reason.
 */
export type FieldReader = (
  value: Json,
  field: string,
  reading: Reading,
) => readonly Touch[] | Promise<readonly Touch[]>;

/** All fields that an object may have; there is no way to let others pass. */
export interface Shape {
  readonly fields: ReadonlyMap<string, FieldReader>;
  readonly names: ReadonlySet<string>;
}

/** Declares a shape by its fields, spelled as the engine spells them. */
export function defineShape(fields: Readonly<Record<string, FieldReader>>): Shape {
  const entries = Object.entries(fields);
  return { fields: new Map(entries), names: new Set(entries.map(([name]) => name)) };
}

/** Begins the reading of one request. */
export function beginReading(resolver: Resolver, guard: GuardBounds): Reading {
  return { resolver, guard, joined: new Map() };
}

/** Reads an object of a shape; throws Unread for a field that the shape does not know or that Go would read as one. */
export async function readShape(shape: Shape, value: Json, field: string, reading: Reading): Promise<Touch[]> {
  const touches: Touch[] = [];
  for (const [key, member] of Object.entries(expectObject(value, field))) {
    const reader = shape.fields.get(key);
    const path = field === "" ? key : `${field}.${key}`;
    if (reader === undefined) throw unknownField(shape, key, path);
    // For the engine, null is the same as absent whatever the field's type
    if (member !== null) touches.push(...(await reader(member, path, reading)));
  }
  return touches;
}

/** The value as an object, or Unread with the field's name. */
export function expectObject(value: Json, field: string): JsonObject {
  if (!isObject(value)) throw unreadField(field, "an object");
  return value;
}

/** The value as a text, or Unread with the field's name. */
export function expectText(value: Json | undefined, field: string): string {
  if (typeof value !== "string") throw unreadField(field, "a text");
  return value;
}

/** The value as an array, or Unread with the field's name. */
export function expectList(value: Json, field: string): readonly Json[] {
  if (!Array.isArray(value)) throw unreadField(field, "an array");
  return value as readonly Json[];
}

/** Says that a field has another type than the engine's. */
export function unreadField(field: string, expected: string): Unread {
  return new Unread(`${field === "" ? "the body" : `the body's ${quote(field)}`} is not ${expected}`);
}

function unknownField(shape: Shape, key: string, path: string): Unread {
  const meant = foldsTo(key, shape.names);
  if (meant !== undefined) return new Unread(`the body's ${quote(path)} is another spelling of ${quote(meant)}`);
  return new Unread(`the body has a field that is not known, ${quote(path)}`);
}
