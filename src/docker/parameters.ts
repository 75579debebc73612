import { readFilters, spellFilters } from "./filters.ts";
import { type Query, readFlag, readQuery } from "./query.ts";
import { Unread } from "./unread.ts";

/** How one parameter of an operation is read. */
export interface Parameter {
  /** May be given several times, and the engine takes all of them. */
  readonly list: boolean;
  /** Throws Unread for a value that the engine and we could read differently. */
  readonly read: (query: Query, name: string) => void;
  /** The one way to write a value that was read; as it came, where it is left out. */
  readonly spell?: (value: string) => string;
}

/** The parameters that an operation takes, by name. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** Whatever it says. */
export const text: Parameter = { list: false, read: () => {} };

/** Several of them. */
export const list: Parameter = { list: true, read: () => {} };

/** Yes or no. */
export const flag: Parameter = {
  list: false,
  read: (query, name) => void readFlag(query, name),
  // Where it says nothing, some of the engine's own defaults come in
  spell: (value) => (value === "" ? "" : readFlag(new Map([["flag", value]]), "flag") ? "1" : "0"),
};

/** Yes or no, of which only no is let pass: clients say it without being asked. */
export const off: Parameter = {
  ...flag,
  read: (query, name) => {
    if (readFlag(query, name)) throw odd(name);
  },
};

/** A whole number, or nothing. */
export const integer: Parameter = { list: false, read: matches(/^(?:-?[0-9]{1,15})?$/) };

// Not `=`, which gives a column a title of one's own: the engine tells whose process a line is by the title PID
/** The arguments of `ps`, which runs on the host. */
export const psArguments: Parameter = { list: false, read: matches(/^[a-zA-Z0-9 ,_-]*$/) };

/** Filters in JSON. */
export const filters: Parameter = {
  list: false,
  read: (query) => void readFilters(query),
  spell: (value) => (value === "" ? "" : spellFilters(readFilters(new Map([["filters", value]])))),
};

/** One of some words, or nothing. */
export function oneOf(...words: readonly string[]): Parameter {
  return {
    list: false,
    read: (query, name) => {
      const value = query.get(name) ?? "";
      if (value !== "" && !words.includes(value)) throw odd(name);
    },
  };
}

/** Reads the text after a target's `?` for an operation; throws Unread for a parameter that it does not take. */
export function readParameters(written: string, parameters: Parameters): Query {
  const lists = new Set(Object.keys(parameters).filter((name) => parameters[name]?.list === true));
  const query = readQuery(written, lists);
  for (const name of query.keys()) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) throw new Unread(`the request has a parameter that is not known, ${quote(name)}`);
    parameter.read(query, name);
  }
  return query;
}

function matches(pattern: RegExp): Parameter["read"] {
  return (query, name) => {
    if (!pattern.test(query.get(name) ?? "")) throw odd(name);
  };
}

function odd(name: string): Unread {
  return new Unread(`the query's ${quote(name)} has a value that is not known`);
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
