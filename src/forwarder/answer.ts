import { type Bad, bad } from "../http1/bad.ts";
import { type BodyReader, createBodyReader } from "../http1/body-reader.ts";
import { readAnswerFraming } from "../http1/framing.ts";
import { createHeadReader } from "../http1/head-reader.ts";
import { parseResponse } from "../http1/response.ts";

/** How far an answer has come: it goes on, it has ended, or from here on the connection carries bytes that are not HTTP. */
export type Progress = "going" | "ended" | "raw";

/** Follows the engine's answers, whose bytes it does not change, to know where each ends. */
export interface AnswerFollower {
  /** The request that the next answer is to. */
  expect(method: string): void;
  feed(piece: Buffer): Progress | Bad;
}

/** Makes a follower for one connection, on which one request is asked at a time. */
export function createAnswerFollower(): AnswerFollower {
  const heads = createHeadReader(parseResponse);
  let asked: string | undefined;
  let body: BodyReader | undefined;

  function feed(piece: Buffer): Progress | Bad {
    let rest = piece;
    while (asked !== undefined) {
      if (body === undefined) {
        const read = heads.feed(rest);
        if (read.kind === "more") return "going";
        if (read.kind === "bad") return read;
        rest = rest.subarray(read.used);
        const { status, fields } = read.head;
        if (status === 101) return "raw";
        if (status < 200) continue;
        const framing = readAnswerFraming(status, fields, asked);
        if (framing.kind === "bad") return framing;
        // Nothing follows such an answer, and where it is a stream of the engine's, the client's side is one too
        if (framing.kind === "until-close") return "raw";
        body = createBodyReader(framing, { trailers: true });
      }
      const found = body.feed(rest);
      if (found.kind === "bad") return found;
      if (!body.done()) return "going";
      rest = rest.subarray(found.used);
      asked = undefined;
      body = undefined;
    }
    return rest.length === 0 ? "ended" : bad("an answer came that nobody asked for");
  }

  return {
    feed,
    expect: (method) => {
      asked = method;
    },
  };
}
