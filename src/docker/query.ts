import { Unread } from "./unread.ts";

/** A request's parameters, decoded. One that may be given several times holds its values as {@link readList} reads them. */
export type Query = ReadonlyMap<string, string>;

const limits = { parameters: 256, bytes: 64 * 1024 } as const;
const refusals = new Set(["", "0", "no", "false", "none"]);
const assents = new Set(["1", "yes", "true", "on"]);
// No value has it, so whoever forgets that a parameter may be a list finds a value that is no name of anything
const between = "\0";

// dockerode repeats the fields of a body there; no parameter of the engine's begins with a capital
const repeatedField = /^[A-Z]/;

/**
 * Reads the text after a target's `?`. Refuses what Go's versions and others read in different ways: a parameter given
 * twice that is none of `lists`, `;`, empty parameters, broken or non-UTF-8 escapes. Throws Unread. Passes over names
 * that begin with a capital, of which the engine reads none.
 */
export function readQuery(text: string, lists?: ReadonlySet<string>): Query {
  const query = new Map<string, string>();
  if (text === "") return query;
  if (text.length > limits.bytes) throw new Unread("the query is too long");
  if (text.includes(";")) throw new Unread("the query has a semicolon");
  for (const parameter of text.split("&")) {
    const equals = parameter.indexOf("=");
    const name = decode(equals < 0 ? parameter : parameter.slice(0, equals));
    const value = equals < 0 ? "" : decode(parameter.slice(equals + 1));
    if (name === "") throw new Unread("the query has a parameter without a name");
    if (repeatedField.test(name)) continue;
    if (query.size === limits.parameters) throw new Unread("the query has too many parameters");
    const before = query.get(name);
    if (before !== undefined && lists?.has(name) !== true) {
      throw new Unread(`the query gives ${JSON.stringify(name)} twice`);
    }
    query.set(name, before === undefined ? value : before + between + value);
  }
  return query;
}

function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Unread("the query is not encoded as it should be");
  }
  if (decoded.includes(between)) throw new Unread("the query has a null character");
  return decoded;
}

/** The values of a parameter that may be given several times; none when it is absent. */
export function readList(query: Query, name: string): readonly string[] {
  return query.get(name)?.split(between) ?? [];
}

/**
 * Reads a parameter as the engine reads flags, where `0`, `no`, `false`, `none` and nothing are no; refuses words that
 * are neither plainly yes nor no. An absent one is `fallback`.
 */
export function readFlag(query: Query, name: string, fallback = false): boolean {
  const value = query.get(name);
  if (value === undefined) return fallback;
  const word = value.toLowerCase();
  if (refusals.has(word)) return false;
  if (assents.has(word)) return true;
  throw new Unread(`the query's ${JSON.stringify(name)} is neither yes nor no`);
}
