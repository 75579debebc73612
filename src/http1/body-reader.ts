import { type Bad, bad } from "./bad.ts";
import { createChunkReader } from "./chunks.ts";
import type { Body } from "./framing.ts";

/** What a piece of a connection's bytes holds of a body. */
export interface BodyPiece {
  readonly kind: "piece";
  /** So many of its bytes belong to the body as it is framed. */
  readonly used: number;
  /** What the body says, out of its frame; views into the piece. */
  readonly data: readonly Buffer[];
  /** The body has ended. */
  readonly done: boolean;
}

/** Finds a body's bytes, and its end, in the pieces in which it comes. */
export interface BodyReader {
  feed(piece: Buffer): BodyPiece | Bad;
  /** Whether the body has ended; one that has none has ended before anything came. */
  done(): boolean;
}

/** Makes a reader for one body. The frame is kept to the letter: no chunk extension, no trailer of a request. */
export function createBodyReader(body: Body, { trailers = false }: { trailers?: boolean } = {}): BodyReader {
  if (body.kind === "chunked") return createChunkReader(trailers);
  if (body.kind === "until-close") return untilClose;
  return createCounter(body.kind === "none" ? 0 : body.bytes);
}

const untilClose: BodyReader = {
  feed: (piece) => ({ kind: "piece", used: piece.length, data: [piece], done: false }),
  done: () => false,
};

function createCounter(bytes: number): BodyReader {
  let left = bytes;
  return {
    feed(piece) {
      if (left < 0) return bad("the body has ended");
      const used = Math.min(left, piece.length);
      left -= used;
      return { kind: "piece", used, data: used === 0 ? [] : [piece.subarray(0, used)], done: left === 0 };
    },
    done: () => left === 0,
  };
}
