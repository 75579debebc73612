import { Unread } from "./unread.ts";

/** What a JSON text says. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; it has no prototype, so that a key can only be what the text spelled. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Limits of every JSON body. */
export const jsonLimits = { bytes: 4 * 1024 * 1024, depth: 64 } as const;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const numbers = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
// oxlint-disable-next-line no-control-regex -- RFC 8259 forbids these inside strings
const plain = /[^"\\\u0000-\u001f]*/y;
const blanks = /[ \t\r\n]*/y;
const hex4 = /[0-9a-fA-F]{4}/y;
const loneSurrogate = /\p{Surrogate}/u;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Reads one JSON text, and refuses what another reader could read otherwise: bytes that are not UTF-8, lone
 * surrogates, duplicate keys, trailing data, integers past 2⁵³, and what passes the limits. Throws Unread.
 */
export function readJson(bytes: Uint8Array): Json {
  if (bytes.byteLength > jsonLimits.bytes) throw new Unread("the body is larger than 4 MiB");
  return new Reader(decode(bytes)).readText();
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Unread("the body is not valid UTF-8");
  }
}

class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  readText(): Json {
    const value = this.readValue(0);
    this.take(blanks);
    // 20.10 ignores what follows the first value
    if (this.at !== this.text.length) throw new Unread("the body goes on after its JSON");
    return value;
  }

  private readValue(depth: number): Json {
    if (depth > jsonLimits.depth) throw new Unread("the body is nested too deeply");
    this.take(blanks);
    switch (this.text.charAt(this.at)) {
      case "{":
        return this.readObject(depth);
      case "[":
        return this.readArray(depth);
      case '"':
        return this.readString();
      case "t":
        return this.readWord("true", true);
      case "f":
        return this.readWord("false", false);
      case "n":
        return this.readWord("null", null);
      default:
        return this.readNumber();
    }
  }

  private readObject(depth: number): JsonObject {
    const object = Object.create(null) as Record<string, Json>;
    this.at += 1;
    if (this.skip("}")) return object;
    for (;;) {
      this.take(blanks);
      if (this.text[this.at] !== '"') throw new Unread("the body is not JSON");
      const key = this.readString();
      // Go merges them, others take the first or the last
      if (Object.hasOwn(object, key)) throw new Unread("the body has the same key twice");
      if (!this.skip(":")) throw new Unread("the body is not JSON");
      object[key] = this.readValue(depth + 1);
      if (this.skip("}")) return object;
      if (!this.skip(",")) throw new Unread("the body is not JSON");
    }
  }

  private readArray(depth: number): Json[] {
    const array: Json[] = [];
    this.at += 1;
    if (this.skip("]")) return array;
    for (;;) {
      array.push(this.readValue(depth + 1));
      if (this.skip("]")) return array;
      if (!this.skip(",")) throw new Unread("the body is not JSON");
    }
  }

  private readString(): string {
    let value = "";
    this.at += 1;
    for (;;) {
      value += this.take(plain) ?? "";
      const mark = this.text[this.at];
      this.at += 1;
      if (mark === '"') break;
      if (mark !== "\\") throw new Unread("the body is not JSON");
      value += this.readEscape();
    }
    // Go puts U+FFFD in their place
    if (loneSurrogate.test(value)) throw new Unread("the body has half a surrogate pair");
    return value;
  }

  private readEscape(): string {
    const letter = this.text[this.at] ?? "";
    this.at += 1;
    if (letter === "u") {
      const digits = this.take(hex4);
      if (digits === undefined) throw new Unread("the body is not JSON");
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (!Object.hasOwn(escapes, letter)) throw new Unread("the body is not JSON");
    return escapes[letter] ?? "";
  }

  private readNumber(): number {
    const spelled = this.take(numbers);
    if (spelled === undefined) throw new Unread("the body is not JSON");
    const value = Number(spelled);
    const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    if (!exact) throw new Unread("the body has a number that is too large");
    return value;
  }

  private readWord<V extends Json>(word: string, value: V): V {
    if (!this.text.startsWith(word, this.at)) throw new Unread("the body is not JSON");
    this.at += word.length;
    return value;
  }

  private skip(mark: string): boolean {
    this.take(blanks);
    if (this.text[this.at] !== mark) return false;
    this.at += 1;
    return true;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

const folded = new WeakMap<ReadonlySet<string>, ReadonlyMap<string, string>>();

/**
 * The known name that Go's encoding/json would read the key as although it is spelled otherwise: by letter case, or by
 * the two letters outside ASCII that fold into it, ſ and K. Undefined when there is none. Known names are ASCII.
 */
export function foldsTo(key: string, known: ReadonlySet<string>): string | undefined {
  if (known.has(key)) return undefined;
  let names = folded.get(known);
  if (names === undefined) {
    names = new Map([...known].map((name) => [fold(name), name]));
    folded.set(known, names);
  }
  return names.get(fold(key));
}

function fold(key: string): string {
  return key
    .replaceAll("\u017f", "s")
    .replaceAll("\u212a", "k")
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Whether a value is a JSON object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
