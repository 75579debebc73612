import type { Json } from "../../../../docker/json.ts";
import type { ReadRequest } from "../../../../docker/read-request.ts";
import type { World } from "../../../gate.ts";
import { narrowDiskUse } from "./disk-use.ts";
import { keepEvents } from "./events.ts";
import { hostInfo, redactInfo } from "./info.ts";
import { narrowList, narrowNetwork } from "./lists.ts";
import type { AnswerPlan, PlanInput } from "./plan-types.ts";
import { createWitness } from "./witness.ts";

/** What is made of the engine's answer for a restricted id. */
export function planAnswer(
  read: ReadRequest,
  world: World,
  engine: PlanInput["engine"],
  limit: number | undefined,
): AnswerPlan {
  const { listing } = read.row;
  // Of the host itself nothing is told that was not given by name
  if (listing === "info") return world.sees(hostInfo) ? "whole" : rewrite(redactInfo);
  if (read.operation === "GET /networks/{id}") return planNetwork(world, engine);
  if (!world.narrowed || listing === undefined || listing === "prune") return "whole";
  if (listing === "event") return { kind: "lines", keep: keepEvents(createWitness(world, engine)) };
  if (listing === "df") return rewrite((answer) => narrowDiskUse(answer, world));
  return rewrite(async (answer) => {
    const narrowed = narrowList(listing, answer, world);
    if (listing === "network") return narrowNetworks(narrowed, world, engine);
    return Array.isArray(narrowed) && limit !== undefined ? narrowed.slice(0, limit) : narrowed;
  });
}

function planNetwork(world: World, engine: PlanInput["engine"]): AnswerPlan {
  if (world.sees({ kind: "container", id: "*", level: "read" })) return "whole";
  return rewrite(async (network) => narrowNetwork(network, world, createWitness(world, engine)));
}

// Before API 1.28 a list of networks tells of the containers in them
async function narrowNetworks(networks: Json, world: World, engine: PlanInput["engine"]): Promise<Json> {
  const witness = createWitness(world, engine);
  const list = Array.isArray(networks) ? networks : [];
  return Promise.all(list.map(async (network: Json) => narrowNetwork(network, world, witness)));
}

function rewrite(make: (answer: Json) => Json | Promise<Json>): AnswerPlan {
  return { kind: "json", rewrite: async (answer) => ({ json: await make(answer as Json) }) };
}
