import { valueOf } from "../../../http1/fields.ts";
import type { RequestHead } from "../../../http1/request.ts";
import type { Passes } from "../../engine/passes.ts";
import type { Log } from "../../log.ts";
import type { Next } from "./exchange.ts";
import { forwardHead } from "./forward-head.ts";
import { type OwnAnswer, say } from "./own-answer.ts";
import type { Turn } from "./request.ts";
import { shownBody } from "./shown-body.ts";
import type { Pool } from "./transport/pool.ts";
import { relay, type RelayEnd } from "./transport/relay.ts";
import { tunnel } from "./transport/tunnel.ts";
import type { Wire } from "./transport/wire.ts";
import type { Watch } from "./watch.ts";
import type { Forward } from "./world/plan-types.ts";

/** What forwarding is made of. */
export interface ForwardParts {
  readonly pool: Pool;
  readonly passes: Pick<Passes, "issue" | "withdraw">;
  readonly watch: Watch;
  readonly log: Log;
}

/** A request that was admitted, and what is to be sent on of it. */
export interface Admitted {
  readonly wire: Wire;
  readonly head: RequestHead;
  readonly plan: Forward;
  readonly turn: Turn;
  /** Its body, where it was read. */
  readonly read: Buffer | undefined;
  /** Nothing of its body is still to come. */
  readonly drained: boolean;
  readonly token: string;
  /** The gate's, from before it was admitted. */
  readonly version: number;
  readonly expires: Date | undefined;
}

const noEngine = "docker-id's gateway has no answer from the engine";

/** Sends an admitted request on, and sees its answer through; gives an answer of our own where the engine gave none. */
export async function forward(parts: ForwardParts, admitted: Admitted): Promise<Next | OwnAnswer> {
  const { pool, watch, log } = parts;
  const { wire, head, token, version, expires } = admitted;
  let upstream = pool.take(false);
  const cut = (why: string): void => {
    log.info({ why }, "an answer was cut off, as its id is good no longer");
    wire.destroy();
    upstream.wire.destroy();
  };
  const unwatch = watch.add({ token, version, expires, cut });
  try {
    let end = await send(parts, admitted, upstream);
    // Nothing of it has been read by anyone, and reading twice does no harm
    if (end.kind === "unsent" && (head.method === "GET" || head.method === "HEAD") && !wire.gone()) {
      upstream.wire.destroy();
      upstream = pool.take(true);
      end = await send(parts, admitted, upstream);
    }
    if (end.kind === "answered") {
      if (end.upstreamAgain) pool.give(upstream.wire);
      else upstream.wire.destroy();
      return end.clientAgain && !wire.holds() ? "again" : "close";
    }
    if (end.kind === "turned") {
      await tunnel(wire, upstream.wire);
      return "gone";
    }
    upstream.wire.destroy();
    if (end.kind === "broken") {
      wire.destroy();
      return "gone";
    }
    log.warn({ why: end.kind === "failed" ? end.why : "it went away" }, noEngine);
    return say(502, noEngine);
  } finally {
    unwatch();
  }
}

async function send(
  { passes }: ForwardParts,
  { wire, head, plan, turn, read, drained }: Admitted,
  { wire: upstream, reused }: ReturnType<Pool["take"]>,
): Promise<RelayEnd> {
  const streams = plan.body === "stream" && !drained;
  const body = plan.body === "stream" ? (streams ? plan.body : read) : plan.body;
  const ours = body === "stream" ? undefined : body;
  const type = plan.setHeaders["content-type"] ?? valueOf(head.fields, "content-type");
  const shown = shownBody(type, plan.target, ours);
  const pass = passes.issue({ method: plan.method, target: plan.target, body: shown.body }, shown);
  const text = forwardHead(head, plan, body, turn, pass);
  if (streams && head.expectsContinue) wire.write("HTTP/1.1 100 Continue\r\n\r\n");
  try {
    return await relay({
      client: wire,
      upstream,
      reused,
      method: plan.method,
      head: text,
      body: ours,
      coming: streams ? head.body : { kind: "none" },
      upgrade: turn.upgrade !== undefined,
      hijacked: turn.hijacked,
      answer: plan.answer,
      refusal: plan.refusal,
      close: !head.keepAlive || (!streams && !drained),
    });
  } finally {
    passes.withdraw(pass);
  }
}
