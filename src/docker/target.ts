import { Unread } from "./unread.ts";

/** A request target, taken apart and decoded once. */
export interface Target {
  /** `/v1.41`, or nothing. */
  readonly version: string;
  /** Without the version and the query; a slash before each segment, and perhaps one at the end. */
  readonly path: string;
  /** The text after `?`, not yet read. */
  readonly query: string;
}

const longest = 64 * 1024;
// Below 1.24 the engine reads some requests otherwise: a start could carry a whole HostConfig
const oldest = 24;
const versioned = /^\/v1\.([1-9][0-9]{1,2})(?=\/)/;
const oddVersion = /^\/v[0-9.]*(?:\/|$)/i;
const printable = /^[\x21-\x7e]*$/;
// What names of things are made of; `:` and `@` are the only two that some clients encode and others do not
const plain = /^(?:\/(?!\.{1,2}(?:\/|$))(?:[A-Za-z0-9._:@-]|%3[aA]|%40)+)+\/?$/;

/**
 * Reads a raw request target in the one form that the engine and we cannot read differently: origin form, segments of
 * plain characters, none of them empty or made of dots, nothing encoded that need not be. Throws Unread.
 */
export function readTarget(text: string): Target {
  if (text.length > longest) throw new Unread("the target is too long");
  if (!printable.test(text)) throw new Unread("the target has characters that must be encoded");
  const mark = text.indexOf("?");
  const spelled = mark < 0 ? text : text.slice(0, mark);
  const version = versioned.exec(spelled);
  if (version !== null && Number(version[1]) < oldest) {
    throw new Unread(`API versions before 1.${oldest} mean other things by the same requests`);
  }
  if (version === null && oddVersion.test(spelled)) throw new Unread("the target's API version is not known");
  const path = version === null ? spelled : spelled.slice(version[0].length);
  if (!plain.test(path)) throw new Unread("the target's path is not spelled the one way that is read");
  return { version: version?.[0] ?? "", path: decodeURIComponent(path), query: mark < 0 ? "" : text.slice(mark + 1) };
}
