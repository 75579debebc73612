import { ownNames, touchOfItem, type ItemKind } from "../../../../docker/items.ts";
import { isObject, type Json, type JsonObject } from "../../../../docker/json.ts";
import type { World } from "../../../gate.ts";
import { askedImageLabel } from "./labels.ts";
import type { Witness } from "./witness.ts";

/** Takes out of a list what the id does not see; of an answer that is no list nothing is left. */
export function narrowItems(kind: ItemKind, items: Json | undefined, { sees }: Pick<World, "sees">): readonly Json[] {
  if (!Array.isArray(items)) return [];
  const kept = items.filter((item: Json) => {
    const touch = touchOfItem(kind, item);
    return touch !== undefined && sees(touch);
  });
  return kind === "container" ? kept.map((item: Json) => (isObject(item) ? showContainer(item) : item)) : kept;
}

/** Narrows a list's answer, whatever shape the engine gives to lists of that kind. */
export function narrowList(kind: ItemKind, answer: Json, world: Pick<World, "sees">): Json {
  if (kind !== "volume") return narrowItems(kind, answer, world);
  const volumes = isObject(answer) ? answer["Volumes"] : undefined;
  return { Volumes: narrowItems(kind, volumes, world), Warnings: null };
}

/** Takes out of a network's answer the containers in it that the id does not see, and what is told of other nodes. */
export async function narrowNetwork(network: Json, { sees }: Pick<World, "sees">, witness: Witness): Promise<Json> {
  if (!isObject(network)) return null;
  const { Containers: containers, Peers: peers, Services: services, ...rest } = network;
  const node = sees({ kind: "node", id: "*", level: "read" });
  const service = sees({ kind: "service", id: "*", level: "read" });
  return {
    ...rest,
    ...(containers !== undefined && { Containers: await narrowMembers(containers, witness) }),
    ...(peers !== undefined && node && { Peers: peers }),
    ...(services !== undefined && service && { Services: services }),
  };
}

async function narrowMembers(containers: Json, witness: Witness): Promise<Json> {
  if (!isObject(containers)) return {};
  const entries = Object.entries(containers);
  const seen = await Promise.all(entries.map(async ([id]) => witness.seesById("container", id)));
  return Object.fromEntries(entries.filter((_, at) => seen[at] === true));
}

// It was created from the image's id, and people know the name that they asked for
function showContainer(item: JsonObject): JsonObject {
  const { Image: image, ImageID: id, Labels: labels, Names: names } = item;
  const asked = isObject(labels) ? labels[askedImageLabel] : undefined;
  const shown = image === id && typeof asked === "string" && asked !== "" ? { Image: asked } : {};
  return { ...item, Names: ownNames(names), ...shown };
}
