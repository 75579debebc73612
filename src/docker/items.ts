import type { Touch } from "./attempt.ts";
import { identify, labelsOf, touchOfTask } from "./identify.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { Listing } from "./table/row.ts";

/** Kinds of things that lists tell of. */
export type ItemKind = Exclude<Listing, "event" | "df" | "info" | "prune">;

const containerId = /^[0-9a-f]{64}$/;
const imageId = /^sha256:[0-9a-f]{64}$/;

/** What reading one thing would touch, by what a list's answer tells of it; undefined where that makes no sense. */
export function touchOfItem(kind: ItemKind, item: Json): Touch | undefined {
  if (!isObject(item)) return undefined;
  try {
    return read(kind, item);
  } catch {
    return undefined;
  }
}

function read(kind: ItemKind, item: JsonObject): Touch | undefined {
  if (kind === "container") return readContainer(item);
  if (kind === "image") return readImage(item);
  const own = kind === "volume" ? item["Name"] : (item["Id"] ?? item["ID"]);
  if (typeof own !== "string") return undefined;
  return kind === "task" ? touchOfTask(item, own, "read") : { ...identify[kind](item, own), level: "read" };
}

function readContainer({ Id: id, Names: names, ImageID: image, Labels: labels }: JsonObject): Touch | undefined {
  if (typeof id !== "string" || !containerId.test(id)) return undefined;
  return {
    kind: "container",
    id,
    level: "read",
    names: ownNames(names).map((name) => name.slice(1)),
    labels: labelsOf(labels),
    ...(typeof image === "string" && imageId.test(image) && { image }),
  };
}

/** The names of a listed container that are its own; others are how containers that are linked to it call it. */
export function ownNames(names: Json | undefined): readonly string[] {
  return textsIn(names).filter((name) => /^\/[^/]+$/.test(name));
}

function readImage({ Id: id, RepoTags: tags, RepoDigests: digests }: JsonObject): Touch | undefined {
  if (typeof id !== "string" || !imageId.test(id)) return undefined;
  // What has no name is shown as one to older clients
  const names = [...textsIn(tags), ...textsIn(digests)].filter((name) => !name.startsWith("<none>"));
  return { kind: "image", id, level: "read", names };
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === "string") : [];
}
