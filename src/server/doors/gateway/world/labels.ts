import { isObject, type Json, type JsonObject } from "../../../../docker/json.ts";
import { isReserved } from "../../../../docker/reserved.ts";

/** On a container that was created from an image's id: the name that was asked for. */
export const askedImageLabel = "docker-id.image";

/**
 * A body with labels of ours among its own, all of them over what a container would inherit from its image: a label that
 * is inherited and that we do not set says nothing.
 */
export function withLabels(
  body: JsonObject,
  ours: Readonly<Record<string, string>>,
  inherited: JsonObject = {},
): JsonObject {
  const own = isObject(body["Labels"]) ? body["Labels"] : {};
  const empty = Object.keys(inherited)
    .filter((key) => isReserved(key))
    .map((key): [string, Json] => [key, ""]);
  const labels = { ...own, ...Object.fromEntries(empty), ...ours };
  return Object.keys(labels).length === 0 ? body : { ...body, Labels: labels };
}

/** Each owner's label with the mark by which it counts on a thing. */
export function ownerLabels(owners: readonly string[], mark: string): Readonly<Record<string, string>> {
  return Object.fromEntries(owners.map((owner) => [owner, mark]));
}
