import { type Bad, bad } from "./bad.ts";
import type { BodyPiece, BodyReader } from "./body-reader.ts";

const cr = 0x0d;
const lf = 0x0a;
/** The most of all trailers together. */
const mostTrailerBytes = 16 * 1024;
/** Hex digits of a chunk's size: 2^48 is more than anything that is sent. */
const mostDigits = 12;

type Step = "size" | "size-lf" | "data" | "data-cr" | "data-lf" | "trailer" | "trailer-lf" | "end";

/** Reads a chunked body; with `trailers` fields after the last chunk are let pass, else they are refused. */
export function createChunkReader(trailers: boolean): BodyReader {
  let step: Step = "size";
  let size = 0;
  let digits = 0;
  let lineBytes = 0;
  let trailerBytes = 0;

  /** Takes one byte that is no data; false where it may not stand there. */
  function take(byte: number): boolean {
    switch (step) {
      case "size":
        return byte === cr ? goOn("size-lf", digits > 0) : takeDigit(hexValue(byte));
      case "size-lf":
        digits = 0;
        return goOn(size === 0 ? "trailer" : "data", byte === lf);
      case "data-cr":
        return goOn("data-lf", byte === cr);
      case "data-lf":
        return goOn("size", byte === lf);
      case "trailer":
        return byte === cr ? goOn("trailer-lf", true) : takeTrailer(byte);
      case "trailer-lf": {
        const last = lineBytes === 0;
        lineBytes = 0;
        return goOn(last ? "end" : "trailer", byte === lf);
      }
      case "data":
      case "end":
        break;
    }
    return false;
  }

  function goOn(next: Step, may: boolean): boolean {
    step = next;
    return may;
  }

  function takeDigit(value: number): boolean {
    size = size * 16 + value;
    digits += 1;
    return value >= 0 && digits <= mostDigits;
  }

  function takeTrailer(byte: number): boolean {
    lineBytes += 1;
    trailerBytes += 1;
    return trailers && byte !== lf && byte !== 0 && trailerBytes <= mostTrailerBytes;
  }

  return {
    done: () => step === "end",
    feed(piece): BodyPiece | Bad {
      const data: Buffer[] = [];
      let at = 0;
      while (at < piece.length && step !== "end") {
        if (step === "data") {
          const until = Math.min(piece.length, at + size);
          data.push(piece.subarray(at, until));
          size -= until - at;
          at = until;
          if (size === 0) step = "data-cr";
          continue;
        }
        if (!take(piece[at] ?? 0)) return bad("the body is not chunked as it should be");
        at += 1;
      }
      return { kind: "piece", used: at, data, done: step === "end" };
    },
  };
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
