import { fault } from "./faults.ts";

/** An object as it came out of JSON. */
type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The object that a JSON text spells; throws Failure("misuse") for white space, needless escapes and keys that stand
 * twice, all of which another reader could take for another token.
 */
export function readJson(text: string): JsonObject {
  let value: unknown;
  let again: string;
  try {
    value = JSON.parse(text);
    again = JSON.stringify(value);
  } catch {
    // Not with the cause: V8 quotes the text in its message
    throw fault("json");
  }
  if (again !== text) throw fault("json");
  return requireObject(value);
}

/** The value, when it is an object and no array. */
function requireObject(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw fault("field");
  return value as JsonObject;
}

/** The values of a list of objects, one a caveat, that have the one given key with text, and no other. */
export function readCaveats(list: unknown, key: string, thirdParty: readonly string[]): readonly string[] {
  if (!Array.isArray(list)) throw fault("field");
  return list.map((item) => {
    const caveat = requireObject(item);
    const keys = Object.keys(caveat);
    if (thirdParty.some((foreign) => keys.includes(foreign))) throw fault("thirdParty");
    if (keys.length !== 1) throw fault("field");
    return requireText(caveat, key);
  });
}

/** The text under a key. */
export function requireText(object: JsonObject, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  if (typeof value !== "string") throw fault("field");
  return value;
}
