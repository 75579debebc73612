import { isObject, type Json, readJson } from "./json.ts";
import type { Query } from "./query.ts";
import { Unread } from "./unread.ts";

/** What each filter of a request asks for. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the parameter `filters`: `{"type":{"container":true}}`, or the older `{"type":["container"]}`. Throws Unread
 * for other shapes, and for `false`, which some of the engine's filters take for yes and others for no.
 */
export function readFilters(query: Query): Filters {
  const written = query.get("filters") ?? "";
  const filters = new Map<string, readonly string[]>();
  if (written === "") return filters;
  const given = readJson(new TextEncoder().encode(written));
  if (!isObject(given)) throw odd();
  for (const [name, values] of Object.entries(given)) filters.set(name, readValues(values));
  return filters;
}

/** Writes filters as every engine reads them, `{"type":{"container":true}}`. */
export function spellFilters(filters: Filters): string {
  const sets = [...filters].map(([name, values]) => [name, Object.fromEntries(values.map((value) => [value, true]))]);
  return JSON.stringify(Object.fromEntries(sets));
}

function readValues(values: Json): readonly string[] {
  if (Array.isArray(values)) {
    return values.map((value: Json) => {
      if (typeof value !== "string") throw odd();
      return value;
    });
  }
  if (!isObject(values) || Object.values(values).some((value) => value !== true)) throw odd();
  return Object.keys(values);
}

function odd(): Unread {
  return new Unread("the query's filters are not written as the engine reads them");
}
