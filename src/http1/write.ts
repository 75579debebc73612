import { Failure } from "../errors.ts";
import type { Fields } from "./fields.ts";

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const value = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A request's head as it is sent, latin1; its fields as they stand. Failure("failed") where that would be another. */
export function writeRequestHead(method: string, target: string, fields: Fields): string {
  if (!token.test(method) || !/^[\x21-\x7e]+$/.test(target)) throw odd();
  return `${method} ${target} HTTP/1.1\r\n${writeFields(fields)}\r\n`;
}

/** An answer's head as it is sent, latin1. */
export function writeResponseHead(status: number, reason: string, fields: Fields): string {
  if (!Number.isInteger(status) || status < 100 || status > 999 || !value.test(reason)) throw odd();
  return `HTTP/1.1 ${status} ${reason}\r\n${writeFields(fields)}\r\n`;
}

/** The pieces of one chunk of a chunked body; data must not be empty. */
export function writeChunk(data: Uint8Array): readonly [string, Uint8Array, string] {
  if (data.length === 0) throw odd();
  return [`${data.length.toString(16)}\r\n`, data, "\r\n"];
}

/** What ends a chunked body. */
export const lastChunk = "0\r\n\r\n";

function writeFields(fields: Fields): string {
  let text = "";
  for (const [name, each] of fields) {
    if (!token.test(name) || !value.test(each)) throw odd();
    text += `${name}: ${each}\r\n`;
  }
  return text;
}

function odd(): Failure {
  return new Failure("failed", "a message could not be written, because it would have been read as another");
}
