import { type Bad, bad } from "./bad.ts";
import { type Fields, wordsOf } from "./fields.ts";
import type { HeadLimits } from "./head-reader.ts";
import { readLines } from "./lines.ts";

/** The head of an answer. */
export interface ResponseHead {
  /** Of HTTP/1's two versions. */
  readonly minor: string;
  readonly status: number;
  /** As it came; may be empty. */
  readonly reason: string;
  readonly fields: Fields;
  /** The connection may be used again after the body, if that has an end of its own. */
  readonly keepAlive: boolean;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: (.*))?$/;

/** Reads an answer's head; for {@link createHeadReader}. */
export function parseResponse(text: string, limits: HeadLimits): { kind: "head"; head: ResponseHead } | Bad {
  const lines = readLines(text, limits.fields);
  if (lines.kind === "bad") return lines;
  const [, minor = "", status, reason = ""] = statusLine.exec(lines.first) ?? [];
  if (status === undefined) return bad("the first line is no answer of HTTP/1.1");
  const { fields } = lines;
  const words = wordsOf(fields, "connection");
  const keepAlive = minor === "1" ? !words.includes("close") : words.includes("keep-alive");
  return { kind: "head", head: { minor, status: Number(status), reason, fields, keepAlive } };
}
