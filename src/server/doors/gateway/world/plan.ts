import { canonicalRequest } from "../../../../docker/canonical.ts";
import type { JsonObject } from "../../../../docker/json.ts";
import { none } from "../../../../docker/body.ts";
import type { ReadRequest } from "../../../../docker/read-request.ts";
import { Failure } from "../../../../errors.ts";
import type { Admission, World } from "../../../gate.ts";
import { planAnswer } from "./answers.ts";
import { discreet } from "./discreet.ts";
import { narrowQuestion } from "./narrow-question.ts";
import { ownCreated } from "./own.ts";
import { planRoot } from "./plan-root.ts";
import type { Answered, Forward, PlanForward, PlanInput } from "./plan-types.ts";
import { refusePrune } from "./prune.ts";
import { answerWith, noSuchThing } from "./words.ts";

/** Plans what goes on to the engine for an admitted request, or how one that was not is answered. */
export const planForward: PlanForward = async (input) => {
  const { request, admission, engine } = input;
  if (admission.verdict === "refused") return answerRefused(admission);
  const { world } = admission;
  // Whoever was admitted for another reason than an id of theirs has nothing to ask for here
  if (world === undefined) return answerWith(403, "this request is not one that goes through the gateway");
  try {
    if (world.read === undefined) return await planRoot(request, world, engine);
    return await planRestricted(world.read, world, engine);
  } catch (error) {
    if (error instanceof Failure && error.code === "no_engine") return answerWith(503, error.message);
    throw error;
  }
};

function answerRefused({ notFound, attempt, message }: Extract<Admission, { verdict: "refused" }>): Answered {
  if (notFound?.unanswered === true) return answerWith(503, message);
  const { unseen } = notFound ?? {};
  if (unseen === undefined) return answerWith(403, message);
  const answer = noSuchThing(unseen.kind, unseen.name);
  // There the engine answers 404 for the image alone, and clients pull it then
  const creates = attempt?.action === "container.create" && unseen.kind !== "image";
  return creates ? { ...answer, status: 400 } : answer;
}

async function planRestricted(
  asked: ReadRequest,
  world: World,
  engine: PlanInput["engine"],
): Promise<Forward | Answered> {
  const { filters, narrowed, owners } = world;
  const before = narrowed ? undefined : known.get(asked);
  if (before !== undefined) return before;
  const { read, limit } = narrowed ? narrowQuestion(asked, filters.labels) : { read: asked };
  if (narrowed && read.row.listing === "prune") {
    const refused = await refusePrune(read, world, engine);
    if (refused !== undefined) return refused;
  }
  const { method, target, body } = canonicalRequest(read);
  const plan: Forward = {
    method,
    target,
    ...planBody(read, ownCreated(read, body, owners)),
    answer: planAnswer(read, world, engine, limit),
    refusal: { kind: "json", rewrite: discreet(target) },
  };
  if (!narrowed && body === undefined && !byWorld(read)) known.set(asked, plan);
  return plan;
}

/** Plans that follow from what was read alone, whoever asks. */
const known = new WeakMap<ReadRequest, Forward>();

/** Whether what becomes of the answer depends on who asks, even where it is not narrowed. */
function byWorld({ row, operation }: ReadRequest): boolean {
  return row.listing === "info" || operation === "GET /networks/{id}";
}

type PlannedBody = Pick<Forward, "body" | "setHeaders" | "dropHeaders">;

function planBody({ row, query }: ReadRequest, body: JsonObject | undefined): PlannedBody {
  // Then the engine takes no body for events but tells them in a format of its own
  const formats = row.listing === "event" ? ["accept"] : [];
  if (body !== undefined) {
    return {
      body: Buffer.from(JSON.stringify(body), "utf8"),
      setHeaders: { "content-type": "application/json" },
      dropHeaders: ["content-encoding", ...formats],
    };
  }
  const rule = typeof row.body === "function" ? row.body(query) : (row.body ?? none);
  const streams = rule.kind === "stream" || rule.kind === "unread";
  if (streams) return { body: "stream", setHeaders: {}, dropHeaders: formats };
  return { setHeaders: {}, dropHeaders: ["content-type", "content-encoding", ...formats] };
}
