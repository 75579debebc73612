import type { ItemKind } from "../../../../docker/items.ts";
import { isObject, type Json, type JsonObject } from "../../../../docker/json.ts";
import type { World } from "../../../gate.ts";
import { narrowItems } from "./lists.ts";

type Sees = Pick<World, "sees">;

const lists: readonly (readonly [field: string, kind: ItemKind])[] = [
  ["Images", "image"],
  ["Containers", "container"],
  ["Volumes", "volume"],
];
const usages: readonly (readonly [field: string, kind: ItemKind])[] = [
  ["ImageUsage", "image"],
  ["ContainerUsage", "container"],
  ["VolumeUsage", "volume"],
];

/**
 * Narrows the answer to `GET /system/df`, in the shape of engines up to 28 and in that of later ones. What is told of
 * all together is told only to whoever sees all of it.
 */
export function narrowDiskUse(answer: Json, world: Sees): Json {
  if (!isObject(answer)) return {};
  const seesAll = (kind: ItemKind | "build"): boolean => world.sees({ kind: whole(kind), id: "*", level: "read" });
  const narrowed: Record<string, Json> = {};
  if (answer["LayersSize"] !== undefined) narrowed["LayersSize"] = seesAll("image") ? answer["LayersSize"] : 0;
  for (const [field, kind] of lists) {
    if (answer[field] !== undefined) {
      narrowed[field] = seesAll(kind) ? answer[field] : narrowItems(kind, answer[field], world);
    }
  }
  for (const [field, kind] of usages) {
    const usage = answer[field];
    if (isObject(usage)) narrowed[field] = seesAll(kind) ? usage : narrowUsage(kind, usage, world);
  }
  const builds = seesAll("build");
  if (answer["BuildCache"] !== undefined) narrowed["BuildCache"] = builds ? answer["BuildCache"] : [];
  if (answer["BuilderSize"] !== undefined) narrowed["BuilderSize"] = builds ? answer["BuilderSize"] : 0;
  if (answer["BuildCacheUsage"] !== undefined && builds) narrowed["BuildCacheUsage"] = answer["BuildCacheUsage"];
  return narrowed;
}

function narrowUsage(kind: ItemKind, usage: JsonObject, world: Sees): JsonObject {
  const items = usage["Items"];
  if (items === undefined || items === null) return {};
  const kept = narrowItems(kind, items, world);
  return { TotalCount: kept.length, Items: kept };
}

function whole(kind: ItemKind | "build"): "image" | "container" | "volume" | "build" {
  return kind === "image" || kind === "container" || kind === "volume" ? kind : "build";
}
