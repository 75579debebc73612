import { type Bad, bad } from "./bad.ts";
import { type Fields, valuesOf, wordsOf } from "./fields.ts";
import { type Body, readFraming } from "./framing.ts";
import type { HeadLimits } from "./head-reader.ts";
import { readLines } from "./lines.ts";

/** The head of a request that can be read in one way only. */
export interface RequestHead {
  readonly method: string;
  /** The raw target, origin form: it begins with a slash. */
  readonly target: string;
  readonly fields: Fields;
  readonly body: Body;
  /** The one protocol that it asks to go over to, in lower case. */
  readonly upgrade?: string;
  /** It waits for `100 Continue` before it sends its body. */
  readonly expectsContinue: boolean;
  /** The connection may be used again after the answer. */
  readonly keepAlive: boolean;
}

const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\x21-\x7e]+) HTTP\/([0-9])\.([0-9])$/;
/** Fields that say what a request is, of which a second one would say something else to somebody. */
const once = ["host", "content-type", "content-encoding", "expect", "upgrade"] as const;
/** What a `Connection` may name: any other name would take a field away between two readers. */
const ofConnection: ReadonlySet<string> = new Set(["keep-alive", "close", "upgrade", "te", "http2-settings"]);

/** Reads a request's head strictly; for {@link createHeadReader}. */
export function parseRequest(text: string, limits: HeadLimits): { kind: "head"; head: RequestHead } | Bad {
  const lines = readLines(text, limits.fields);
  if (lines.kind === "bad") return lines;
  const [, method, target, major, minor] = requestLine.exec(lines.first) ?? [];
  if (method === undefined || target === undefined) return bad("the first line is no request of HTTP/1.1");
  if (major !== "1" || minor !== "1") return bad("only HTTP/1.1 is spoken here", 505);
  if (!target.startsWith("/")) return bad("the target is no path");
  const { fields } = lines;
  for (const name of once) {
    if (valuesOf(fields, name).length > 1) return bad(`there is more than one ${name}`);
  }
  const body = readFraming(fields);
  if (body.kind === "bad") return body;
  const words = wordsOf(fields, "connection");
  if (words.some((word) => !ofConnection.has(word))) return bad("the connection field names what it may not");
  const upgrade = readUpgrade(fields, words);
  if (typeof upgrade === "object") return upgrade;
  const [expect] = valuesOf(fields, "expect");
  if (expect !== undefined && expect.toLowerCase() !== "100-continue") return bad("it expects what is not done", 417);
  const expectsContinue = expect !== undefined && body.kind !== "none";
  const keepAlive = !words.includes("close");
  const head = { method, target, fields, body, expectsContinue, keepAlive };
  return { kind: "head", head: upgrade === undefined ? head : { ...head, upgrade } };
}

function readUpgrade(fields: Fields, connection: readonly string[]): string | undefined | Bad {
  const [value] = valuesOf(fields, "upgrade");
  if (value === undefined)
    return connection.includes("upgrade") ? bad("it names no protocol to go over to") : undefined;
  if (!connection.includes("upgrade")) return bad("it asks to go over to a protocol, but not for this connection");
  const upgrade = value.toLowerCase();
  return /^[a-z0-9./_-]+$/.test(upgrade) ? upgrade : bad("it asks for more than one protocol");
}
