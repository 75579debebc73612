import type { EngineRequest } from "../../../../docker/attempt.ts";
import { foldsTo, isObject, type Json, type JsonObject, readJson } from "../../../../docker/json.ts";
import { nameAction } from "../../../../docker/name-action.ts";
import { inheritedLabels, withoutReserved } from "../../../../docker/reserved.ts";
import type { World } from "../../../gate.ts";
import { ownerLabels, withLabels } from "./labels.ts";
import type { Answered, Forward, PlanInput } from "./plan-types.ts";
import { answerWith } from "./words.ts";

/**
 * Plans for the root id: whatever the engine takes goes on as it was sent, but for the labels that are the gateway's
 * alone in what is created, since an image may carry another's.
 */
export async function planRoot(
  request: EngineRequest,
  { owners }: Pick<World, "owners">,
  engine: PlanInput["engine"],
): Promise<Forward | Answered> {
  const before = known.get(request);
  if (before !== undefined) return before;
  const plan: Forward = {
    method: request.method,
    target: request.target,
    body: "stream",
    setHeaders: {},
    dropHeaders: [],
    answer: "whole",
  };
  const sent = readLabelled(request);
  if (sent === undefined) {
    known.set(request, plan);
    return plan;
  }
  let body: JsonObject;
  try {
    body = withoutReserved(sent);
  } catch (error) {
    return answerWith(400, error instanceof Error ? error.message : "the labels cannot be read");
  }
  const owned = await own(nameAction(request).action, body, owners, engine);
  return { ...plan, body: Buffer.from(JSON.stringify(owned), "utf8") };
}

/** Plans of requests that go on as they were sent. */
const known = new WeakMap<EngineRequest, Forward>();
const creates: ReadonlySet<string> = new Set(["container.create", "volume.create", "network.create"]);
const labelled: ReadonlySet<string> = new Set(["Labels", "Image", "Name"]);

/** The body of a create, where it can be said again without changing what it says. */
function readLabelled(request: EngineRequest): JsonObject | undefined {
  if (request.body === undefined || !creates.has(nameAction(request).action)) return undefined;
  try {
    const body = readJson(request.body);
    // Go would read both, and none of them can be left out
    const twice = isObject(body) && Object.keys(body).some((key) => foldsTo(key, labelled) !== undefined);
    return isObject(body) && !twice ? body : undefined;
  } catch {
    return undefined;
  }
}

async function own(
  action: string,
  body: JsonObject,
  owners: readonly string[],
  engine: PlanInput["engine"],
): Promise<JsonObject> {
  const { Labels: labels, Name: name, Image: image } = body;
  if (labels !== undefined && labels !== null && !isObject(labels)) return body;
  if (action === "volume.create") return withLabels(body, ownerLabels(owners, "true"));
  if (action === "network.create") {
    return typeof name === "string" ? withLabels(body, ownerLabels(owners, name)) : body;
  }
  const inspect = typeof image === "string" ? await findImage(image, engine) : undefined;
  const id = inspect?.["Id"];
  // The engine says that there is none
  if (inspect === undefined || typeof id !== "string") return body;
  return withLabels(body, ownerLabels(owners, id), inheritedLabels(inspect));
}

async function findImage(name: string, engine: PlanInput["engine"]): Promise<JsonObject | undefined> {
  try {
    const inspect = (await engine.inspect("image", name)) as Json | undefined;
    return isObject(inspect) ? inspect : undefined;
  } catch {
    return undefined;
  }
}
