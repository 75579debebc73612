import { createBodyReader } from "../../../../http1/body-reader.ts";
import type { Body } from "../../../../http1/framing.ts";
import type { AnswerPlan, RewriteJson } from "../world/plan-types.ts";
import { receiveAnswer } from "./receive-answer.ts";
import type { Holder, Wire } from "./wire.ts";

/** One request that is on its way to the engine. */
export interface Relayed {
  readonly client: Wire;
  readonly upstream: Wire;
  /** The upstream connection has carried requests before, and so may have died unnoticed. */
  readonly reused: boolean;
  readonly method: string;
  /** The head as it is sent, latin1, and the body where it is ours. */
  readonly head: string;
  readonly body: Uint8Array | undefined;
  /** The client's body as it still comes; `none` where it was read, or there is none. */
  readonly coming: Body;
  /** The client asked to go over to another protocol, which the engine does there. */
  readonly upgrade: boolean;
  /** The engine may answer 200 and then speak raw. */
  readonly hijacked: boolean;
  readonly answer: AnswerPlan;
  readonly refusal: RewriteJson | undefined;
  /** The client's connection is not used again. */
  readonly close: boolean;
}

/**
 * How it ended. `answered`: the client has a whole answer; `turned`: both connections speak raw from here on;
 * `unsent`: the engine has read and said nothing, and so has the client; `failed`: the engine said nothing that could
 * be passed on, and the client got nothing; `broken`: the client has a part of an answer, or is gone.
 */
export type RelayEnd =
  | { readonly kind: "answered"; readonly clientAgain: boolean; readonly upstreamAgain: boolean }
  | { readonly kind: "turned" }
  | { readonly kind: "unsent" }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "broken" };

/** Sends a request to the engine and its answer to the client, both as they come. Whoever goes takes the other along. */
export function relay(relayed: Relayed): Promise<RelayEnd> {
  const { client, upstream, coming } = relayed;
  return new Promise((resolve) => {
    let over = false;
    const body = createBodyReader(coming);
    const turns = relayed.upgrade || relayed.hijacked;
    const finish = (end: RelayEnd): void => {
      if (over) return;
      over = true;
      // What follows a request that may go over to another protocol is the protocol's, if it does
      client.hold(undefined);
      upstream.hold(undefined);
      resolve(end);
    };
    const answer = receiveAnswer(relayed, () => body.done(), finish);

    const fromClient: Holder = {
      data(piece) {
        if (body.done()) return keepForLater(piece);
        const found = body.feed(piece);
        const early = found.kind === "piece" && found.used < piece.length && !turns;
        // The engine never gets the end of a request that another is hidden behind
        if (found.kind === "bad" || early) return finish({ kind: "broken" });
        const framed = found.used === piece.length ? piece : piece.subarray(0, found.used);
        if (!upstream.write("", framed)) client.pause();
        if (found.used < piece.length) keepForLater(piece.subarray(found.used));
      },
      end: () => finish({ kind: "broken" }),
      close: () => finish({ kind: "broken" }),
      drain: () => upstream.resume(),
    };
    /** More than the request while its answer is due: the beginning of the protocol, or another request, which nobody waits for. */
    function keepForLater(piece: Buffer): void {
      if (!turns) return finish({ kind: "broken" });
      client.unread(piece);
      client.pause();
    }

    upstream.hold({ data: answer.data, end: answer.end, close: answer.end, drain: () => client.resume() });
    if (over) return;
    upstream.write(relayed.head, relayed.body);
    client.hold(fromClient);
  });
}
