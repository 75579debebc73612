import { type Bad, bad } from "./bad.ts";
import type { Field } from "./fields.ts";

/** A head's first line, and its fields. */
export interface Lines {
  readonly kind: "lines";
  readonly first: string;
  readonly fields: readonly Field[];
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// Neither NUL nor CR nor LF nor another control; bytes beyond ASCII are passed on unread
const value = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Takes a whole head apart, its final empty line left off. Lines end with CRLF alone, no field is folded or has a space
 * before its colon.
 */
export function readLines(head: string, mostFields: number): Lines | Bad {
  const [first = "", ...rest] = head.split("\r\n");
  if (rest.length > mostFields) return bad("the head has too many fields", 431);
  if (!value.test(first)) return bad("the first line has characters that may not stand there");
  const fields: Field[] = [];
  for (const line of rest) {
    if (!value.test(line)) return bad("a field has characters that may not stand there");
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    if (!token.test(name)) return bad("a line of the head is no field");
    fields.push([name, trimBlanks(line, colon + 1)]);
  }
  return { kind: "lines", first, fields };
}

// By hand: an expression with blanks at both ends takes the square of a line's length
function trimBlanks(line: string, from: number): string {
  let start = from;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start += 1;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}
