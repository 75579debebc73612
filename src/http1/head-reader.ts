import { type Bad, bad } from "./bad.ts";

/** How large a head may be. */
export interface HeadLimits {
  readonly bytes: number;
  readonly fields: number;
}

/** Large enough for credentials of many registries, and for the arguments of a build in its target. */
export const headLimits: HeadLimits = { bytes: 128 * 1024, fields: 128 };

/** What a piece of a connection's bytes came to. */
export type HeadRead<Head> =
  | { readonly kind: "more" }
  /** `used` are the bytes of this piece that belong to the head; what follows is not its own. */
  | { readonly kind: "head"; readonly head: Head; readonly used: number }
  | Bad;

/** Gathers one head from the pieces in which it comes. */
export interface HeadReader<Head> {
  feed(piece: Buffer): HeadRead<Head>;
  /** Whether something of a head has come. */
  begun(): boolean;
}

const end = Buffer.from("\r\n\r\n");
const endText = end.toString("latin1");
const nothing: Buffer = Buffer.alloc(0);
/** Most heads are shorter, and a text is searched in a fraction of the time that bytes take. */
const usualBytes = 2048;

/** Makes a reader for one head after the other; `parse` gets each without its final empty line. */
export function createHeadReader<Head>(
  parse: (head: string, limits: HeadLimits) => { readonly kind: "head"; readonly head: Head } | Bad,
  limits: HeadLimits = headLimits,
): HeadReader<Head> {
  let held = nothing;
  let length = 0;

  /** Doubles, so that a head that comes byte by byte is not copied as often as it has bytes. */
  function hold(piece: Buffer): void {
    if (length + piece.length > held.length) {
      const larger = Buffer.allocUnsafe(Math.max(1024, 2 * held.length, length + piece.length));
      held.copy(larger, 0, 0, length);
      held = larger;
    }
    length += piece.copy(held, length);
  }

  function finish(text: string, used: number): HeadRead<Head> {
    if (text.length + end.length > limits.bytes) return bad("the head is too large", 431);
    const parsed = parse(text, limits);
    held = nothing;
    length = 0;
    return parsed.kind === "bad" ? parsed : { kind: "head", head: parsed.head, used };
  }

  return {
    begun: () => length > 0,
    feed(piece) {
      if (length === 0) {
        const text = find(piece, 0);
        if (text !== undefined) return finish(text, text.length + end.length);
        // TLS where there is none, or noise: nobody waits for its end
        const first = piece[0];
        if (first !== undefined && !isVisible(first)) return bad("the bytes are not HTTP/1.1");
      }
      const before = length;
      // Not more than is read, whatever the piece holds
      hold(piece.length > limits.bytes ? piece.subarray(0, limits.bytes) : piece);
      const text = find(held.subarray(0, length), Math.max(0, before - end.length + 1));
      if (text !== undefined) return finish(text, text.length + end.length - before);
      return length >= limits.bytes ? bad("the head is too large", 431) : { kind: "more" };
    },
  };
}

/** The text before the end of a head that is all in these bytes; undefined where its end is not. */
function find(bytes: Buffer, from: number): string | undefined {
  if (from === 0) {
    const text = bytes.toString("latin1", 0, usualBytes);
    const at = text.indexOf(endText);
    if (at >= 0) return text.slice(0, at);
    if (bytes.length <= usualBytes) return undefined;
  }
  const at = bytes.indexOf(end, from);
  return at < 0 ? undefined : bytes.toString("latin1", 0, at);
}

function isVisible(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f;
}
