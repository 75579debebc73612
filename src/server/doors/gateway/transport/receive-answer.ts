import { type BodyReader, createBodyReader } from "../../../../http1/body-reader.ts";
import { endToEnd, type Fields, valueOf } from "../../../../http1/fields.ts";
import { readAnswerFraming } from "../../../../http1/framing.ts";
import { createHeadReader } from "../../../../http1/head-reader.ts";
import { parseResponse, type ResponseHead } from "../../../../http1/response.ts";
import { writeResponseHead } from "../../../../http1/write.ts";
import { type AnswerSink, passWhole, type SinkParts } from "./answer-sink.ts";
import { refusals } from "../world/discreet.ts";
import type { AnswerPlan } from "../world/plan-types.ts";
import type { Relayed, RelayEnd } from "./relay.ts";
import { rewriteJson } from "./rewrite-json.ts";
import { rewriteLines } from "./rewrite-lines.ts";

/** The engine's half of a relay. */
export interface AnswerReceiver {
  readonly data: (piece: Buffer) => unknown;
  /** The engine will say no more. */
  readonly end: () => void;
}

const rawTypes: ReadonlySet<string> = new Set([
  "application/vnd.docker.raw-stream",
  "application/vnd.docker.multiplexed-stream",
]);

/** Reads the engine's answer as it comes, and passes on what the plan makes of it. */
export function receiveAnswer(
  relayed: Relayed,
  requestSent: () => boolean,
  finish: (end: RelayEnd) => void,
): AnswerReceiver {
  const { client, upstream, method, answer, reused } = relayed;
  const heads = createHeadReader(parseResponse);
  let heard = false;
  let head: ResponseHead | undefined;
  let body: BodyReader | undefined;
  let sink: AnswerSink | undefined;
  let closes = false;
  let untilClose = false;
  let completed = false;

  function data(piece: Buffer): unknown {
    heard = true;
    if (sink !== undefined) return takeBody(piece);
    const inOne = !heads.begun();
    const found = heads.feed(piece);
    if (found.kind === "more") return undefined;
    if (found.kind === "bad") return finish({ kind: "failed", why: `its answer is no HTTP: ${found.why}` });
    const rest = piece.subarray(found.used);
    const { status } = found.head;
    if (status === 101 || turnsRaw(relayed, found.head)) return turn(found.head, rest);
    // Only ever `100 Continue`, which the client has had from us
    if (status < 200) return rest.length > 0 ? void data(rest) : undefined;
    return begin(found.head, rest, inOne ? piece.subarray(0, found.used) : undefined);
  }

  function turn(turned: ResponseHead, rest: Buffer): void {
    if (turned.status === 101 && !relayed.upgrade) {
      return finish({ kind: "failed", why: "it goes over to a protocol that nobody asked for" });
    }
    const asked = valueOf(turned.fields, "upgrade");
    const connection: Fields =
      turned.status !== 101
        ? []
        : [["Connection", "Upgrade"], ...(asked === undefined ? [] : [["Upgrade", asked] as const])];
    client.write(writeResponseHead(turned.status, turned.reason, [...endToEnd(turned.fields), ...connection]), rest);
    finish({ kind: "turned" });
  }

  /** `raw`: the head as it came, right before `rest`. */
  function begin(begun: ResponseHead, rest: Buffer, raw: Buffer | undefined): void {
    head = begun;
    const framing = readAnswerFraming(begun.status, begun.fields, method);
    if (framing.kind === "bad") return finish({ kind: "failed", why: `its answer is no HTTP: ${framing.why}` });
    body = createBodyReader(framing, { trailers: true });
    const parts: SinkParts = {
      client,
      method,
      head: begun,
      fields: endToEnd(begun.fields),
      body: framing,
      // Whatever is left of a body that the engine does not wait for would be read as another request
      close: relayed.close || framing.kind === "until-close" || !requestSent(),
      resume: () => upstream.resume(),
    };
    closes = parts.close;
    untilClose = framing.kind === "until-close";
    const rewritten = method === "HEAD" ? "whole" : (planned(begun.status) ?? "whole");
    if (rewritten === "whole") sink = passWhole(parts, rest.length > 0 && !body.done() ? rest : undefined, raw);
    else sink = rewritten.kind === "json" ? rewriteJson(parts, rewritten.rewrite) : rewriteLines(parts, rewritten.keep);
    if (body.done()) return complete(rest.length === 0);
    if (rest.length > 0) takeBody(rest);
  }

  function planned(status: number): AnswerPlan | undefined {
    if (status === 200) return answer;
    return refusals.has(status) ? relayed.refusal : undefined;
  }

  /** Whether nothing refers to the piece any more. */
  function takeBody(piece: Buffer): boolean {
    if (sink === undefined || body === undefined) return false;
    const found = body.feed(piece);
    if (found.kind === "bad") {
      finish({ kind: "broken" });
      return false;
    }
    const flows = sink.piece(found.used === piece.length ? piece : piece.subarray(0, found.used), found);
    // What was not written at once waits with the socket
    const gone = !sink.keeps && client.socket.writableLength === 0;
    if (found.done) complete(found.used === piece.length);
    else if (!flows) upstream.pause();
    return gone;
  }

  /** `clean`: the engine said nothing beyond its answer. */
  function complete(clean: boolean): void {
    if (completed) return;
    completed = true;
    const upstreamAgain = clean && head?.keepAlive === true && requestSent();
    const done = sink?.done() ?? true;
    const end = (whole: boolean): void =>
      finish(whole ? { kind: "answered", clientAgain: !closes && requestSent(), upstreamAgain } : { kind: "broken" });
    if (done === true) return end(true);
    upstream.pause();
    done.then(end, () => finish({ kind: "broken" }));
  }

  return {
    data,
    end() {
      if (completed) return;
      if (untilClose) return complete(false);
      if (sink !== undefined) return finish({ kind: "broken" });
      const never = !heard && reused && requestSent();
      finish(never ? { kind: "unsent" } : { kind: "failed", why: "it went away without an answer" });
    },
  };
}

/** The engine takes the connection over without a word of another protocol. */
function turnsRaw(relayed: Relayed, { status, fields }: ResponseHead): boolean {
  if (!relayed.hijacked || status !== 200) return false;
  if (valueOf(fields, "content-length") !== undefined || valueOf(fields, "transfer-encoding") !== undefined)
    return false;
  return rawTypes.has(valueOf(fields, "content-type") ?? "");
}
