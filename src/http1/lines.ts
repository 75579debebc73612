import { type Bad, bad } from "./bad.ts";
import type { Field } from "./fields.ts";

/** A head's first line, and its fields. */
export interface Lines {
  readonly kind: "lines";
  readonly first: string;
  readonly fields: readonly Field[];
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// Neither NUL nor CR nor LF nor another control, but for the CRLF between lines; bytes beyond ASCII are passed on unread
const odd = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;
const between = "\r\n";

/**
 * Takes a whole head apart, its final empty line left off. Lines end with CRLF alone, no field is folded or has a space
 * before its colon.
 */
export function readLines(head: string, mostFields: number): Lines | Bad {
  if (odd.test(head)) return bad("the head has characters that may not stand there");
  const firstEnd = head.indexOf(between);
  const first = firstEnd < 0 ? head : head.slice(0, firstEnd);
  const fields: Field[] = [];
  for (let at = firstEnd; at >= 0;) {
    const from = at + between.length;
    at = head.indexOf(between, from);
    const to = at < 0 ? head.length : at;
    if (fields.length === mostFields) return bad("the head has too many fields", 431);
    const colon = head.indexOf(":", from);
    const name = colon < 0 || colon > to ? "" : head.slice(from, colon);
    if (!token.test(name)) return bad("a line of the head is no field");
    fields.push([name, trimBlanks(head, colon + 1, to)]);
  }
  return { kind: "lines", first, fields };
}

// By hand: an expression with blanks at both ends takes the square of a line's length
function trimBlanks(line: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(line.charCodeAt(start))) start += 1;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}
