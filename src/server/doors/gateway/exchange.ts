import { bodyOf } from "../../../docker/body-of.ts";
import type { RequestHead } from "../../../http1/request.ts";
import type { Gate } from "../../gate.ts";
import { describeError } from "../../log.ts";
import type { Asking } from "./asking.ts";
import { forward, type ForwardParts } from "./forward.ts";
import type { GatewayLimits } from "./limits.ts";
import { clientAddress, type Origin, type TrustedProxies } from "./origin.ts";
import { type OwnAnswer, say, writeOwnAnswer } from "./own-answer.ts";
import { showRequest } from "./request.ts";
import { sendsJson } from "./shown-body.ts";
import { type Budget, readWhole } from "./transport/read-whole.ts";
import type { Wire } from "./transport/wire.ts";
import type { PlanForward, PlanInput } from "./world/plan-types.ts";

/** What every exchange is made of. */
export interface ExchangeParts extends ForwardParts {
  readonly gate: Pick<Gate, "admit" | "stands" | "version">;
  readonly engine: PlanInput["engine"];
  readonly planForward: PlanForward;
  readonly trusted: TrustedProxies;
  readonly limits: GatewayLimits;
  readonly budget: Budget;
}

/** What becomes of the client's connection: another request, its end, or it is gone already. */
export type Next = "again" | "close" | "gone";

/** Whether a body was read to its end before the verdict; `unread` still comes. */
type Body = { readonly read: Buffer | undefined } | { readonly unread: true } | OwnAnswer | "gone";

const bodyless: Body = { read: undefined };

/** Sees one request through: from its head, which was read, to the last byte of its answer. Never rejects over what a client does. */
export async function exchange(parts: ExchangeParts, wire: Wire, origin: Origin, asking: Asking): Promise<Next> {
  const { head, turn, credentials } = asking;
  const { gate, engine, planForward, trusted, log } = parts;
  const answer = (own: OwnAnswer, close: boolean): Next => {
    if (wire.gone()) return "gone";
    wire.socket.write(writeOwnAnswer(own, head.method, close || !head.keepAlive));
    return close || !head.keepAlive ? "close" : "again";
  };
  if ("refused" in turn) return answer(say(400, turn.refused), true);
  const early = turn.upgrade !== undefined || turn.hijacked;
  if (head.body.kind === "none" && wire.holds() && !early) {
    return answer(say(400, "another request came before this one was answered"), true);
  }
  if (credentials.kind === "bad") return answer(say(400, credentials.why), true);
  const { token } = credentials;

  const body = head.body.kind === "none" ? bodyless : await readBody(parts, wire, head, token);
  if (body === "gone") return "gone";
  if ("status" in body) return answer(body, true);
  const read = "read" in body ? body.read : undefined;
  try {
    const request = read === undefined ? asking.bare : showRequest(head, read);
    const address = clientAddress(origin, head.fields, trusted);
    const { peer } = origin;
    // Asked for before, so that what is taken back meanwhile is not missed
    const version = gate.version();
    const admission = await gate.admit({
      door: "gateway",
      token,
      request,
      circumstances: { ownership: true, ...(address && { address }), ...(peer && { peer }) },
      source: address ?? "gateway",
      refuseStreams: false,
    });
    if (wire.gone()) return "gone";
    const drained = "read" in body;
    const plan = await planForward({ request, admission, engine }).catch((error: unknown) => {
      log.error({ cause: describeError(error) }, "a request could not be planned, and goes nowhere");
      return say(500, "docker-id met an error and refuses; its log says more");
    });
    if ("status" in plan) return answer(plan, !drained);
    // Whatever was planned: without a verdict and an id nothing goes on
    if (admission.verdict === "refused") return answer(say(403, admission.message), !drained);
    if (token === undefined || admission.token === undefined)
      return answer(say(403, "the request carried no id"), true);
    if (wire.gone()) return "gone";
    const ended = await forward(parts, {
      wire,
      head,
      plan,
      turn,
      read,
      drained,
      token,
      version,
      expires: admission.token.expires,
    });
    return typeof ended === "string" ? ended : answer(ended, true);
  } finally {
    if (read !== undefined) parts.budget.give(read.length);
  }
}

/** Reads a body that is decided on, once whoever sends it has shown an id; any other is left where it is. */
async function readBody(
  { gate, limits, budget }: ExchangeParts,
  wire: Wire,
  head: RequestHead,
  token: string | undefined,
): Promise<Body> {
  // What the engine shows its plugins, a pass is bound to
  const decidedOn = bodyOf(head.method, head.target) !== "stream" || sendsJson(head.fields);
  if (!decidedOn || !(await gate.stands(token))) return { unread: true };
  if (head.expectsContinue && !wire.holds()) wire.write("HTTP/1.1 100 Continue\r\n\r\n");
  const { bodyBytes: mostBytes, bodyMs: timeMs } = limits;
  const whole = await readWhole(wire, head.body, { budget, mostBytes, timeMs });
  if (whole.kind === "whole") return { read: whole.bytes };
  if (whole.kind === "gone") return "gone";
  return whole.kind === "bad"
    ? say(whole.status, whole.why)
    : say(503, "docker-id's gateway has no room for this just now; try again");
}
