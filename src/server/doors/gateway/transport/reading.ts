import type { OnReadOpts } from "node:net";

/** How a socket reads into one buffer again and again. */
export interface Reading {
  /** For the socket's constructor. */
  readonly onread: OnReadOpts;
  /** Gets each piece; says whether nothing refers to it any more, and its bytes may be read over. */
  take: (piece: Buffer) => boolean;
}

/** The buffer grows from the one to the other, as most connections never say much. */
const bytes = { first: 8 * 1024, most: 128 * 1024 } as const;
/** Up to that a piece is copied, which costs less than to find out whether anybody keeps it. */
const cheapCopy = 4 * 1024;

/**
 * Reads without a new buffer for each piece, whose collecting would take a third of all time while gigabytes pass.
 * Whoever does not say that a piece is done with may keep it for ever: the next is then read into another buffer.
 */
export function createReading(): Reading {
  let buffer: Buffer = Buffer.allocUnsafeSlow(bytes.first);
  let next = bytes.first;
  let kept = false;

  const reading: Reading = {
    take: () => false,
    onread: {
      buffer() {
        if (kept || next > buffer.length) buffer = Buffer.allocUnsafeSlow(next);
        kept = false;
        return buffer;
      },
      callback(count) {
        // What the socket reads into is what was given last
        const piece = buffer.subarray(0, count);
        if (count === buffer.length) next = Math.min(bytes.most, 2 * count);
        if (count <= cheapCopy) reading.take(Buffer.from(piece));
        else kept = !reading.take(piece);
        return true;
      },
    },
  };
  return reading;
}
