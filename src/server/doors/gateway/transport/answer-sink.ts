import type { BodyPiece } from "../../../../http1/body-reader.ts";
import { type Fields, passesUnchanged, without } from "../../../../http1/fields.ts";
import type { Body } from "../../../../http1/framing.ts";
import type { ResponseHead } from "../../../../http1/response.ts";
import { writeResponseHead } from "../../../../http1/write.ts";
import type { Wire } from "./wire.ts";

/** Takes an answer's body as it comes, and sees to what the client gets of it. */
export interface AnswerSink {
  /** Whether it may refer to what it got after it has been written. */
  readonly keeps: boolean;
  /** Bytes as they came, framed, and what they say; false where the engine should wait until `drain`. */
  piece(framed: Buffer, found: BodyPiece): boolean;
  /** The body has ended; resolves to whether the client has a whole answer now. */
  done(): Promise<boolean> | true;
}

/** What an answer sink needs to know and to do. */
export interface SinkParts {
  readonly client: Wire;
  readonly method: string;
  readonly head: ResponseHead;
  /** The engine's fields that are passed on. */
  readonly fields: Fields;
  readonly body: Body;
  /** The client's connection ends with this answer. */
  readonly close: boolean;
  /** Lets the engine's bytes flow again, after a sink has said that it should wait. */
  readonly resume: () => void;
}

/**
 * Passes an answer on as it is framed; its head goes out at once, as some clients wait for nothing else, and as it came
 * where nothing of it is to be changed: `raw`. With `first` something of the body has come with the head.
 */
export function passWhole(parts: SinkParts, first: Buffer | undefined, raw: Buffer | undefined): AnswerSink {
  const { client, head, fields, body, close } = parts;
  const unchanged = raw !== undefined && !close && passesUnchanged(head) ? raw : undefined;
  const write = (framed: Buffer | undefined): boolean => {
    if (unchanged === undefined) {
      const text = writeResponseHead(head.status, head.reason, [...fields, ...framing(body, close)]);
      return client.write(text, framed);
    }
    if (framed === undefined) return client.write("", unchanged);
    // Both stand in the piece that came, one after the other
    return client.write("", Buffer.from(unchanged.buffer, unchanged.byteOffset, unchanged.length + framed.length));
  };
  let written = false;
  // The first bytes go out with it
  if (first === undefined) {
    write(undefined);
    written = true;
  }
  return {
    keeps: false,
    piece(framed) {
      if (written) return client.write("", framed);
      written = true;
      return write(framed);
    },
    done() {
      if (!written) write(undefined);
      return true;
    },
  };
}

function framing(body: Body, close: boolean): Fields {
  const coding: Fields = body.kind === "chunked" ? [["Transfer-Encoding", "chunked"]] : [];
  return close ? [...coding, ["Connection", "close"]] : coding;
}

/** An answer's fields but for those that say how it was framed, which ours is not. */
export function unframed(fields: Fields): Fields {
  return without(fields, new Set(["content-length", "content-encoding", "content-md5", "etag"]));
}
