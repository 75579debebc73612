import { namesOf, type Names } from "../../../../docker/canonical-names.ts";
import type { JsonObject } from "../../../../docker/json.ts";
import { isReserved, inheritedLabels } from "../../../../docker/reserved.ts";
import type { ReadRequest } from "../../../../docker/read-request.ts";
import { askedImageLabel, ownerLabels, withLabels } from "./labels.ts";
import { labelVolumes } from "./new-volumes.ts";

/**
 * The body of a request in which what it creates is labelled as its creator's, and as that of each of its ancestors.
 * `body` is canonical already.
 */
export function ownCreated(
  read: ReadRequest,
  body: JsonObject | undefined,
  owners: readonly string[],
): JsonObject | undefined {
  if (read.operation === "POST /commit") return ownCommit(read, body);
  if (body === undefined) return undefined;
  switch (read.operation) {
    case "POST /containers/create":
      return ownContainer(read, body, owners, namesOf(read));
    case "POST /volumes/create":
      return withLabels(body, ownerLabels(owners, "true"));
    case "POST /networks/create": {
      const name = body["Name"];
      return typeof name === "string" ? withLabels(body, ownerLabels(owners, name)) : body;
    }
    default:
      return body;
  }
}

function ownContainer(read: ReadRequest, body: JsonObject, owners: readonly string[], names: Names): JsonObject {
  const asked = read.body?.["Image"];
  if (typeof asked !== "string") return body;
  const { touch, inspect } = names.resolved("image", asked);
  const ours = {
    ...ownerLabels(owners, touch.id),
    ...(touch.id.startsWith(asked) || touch.id.startsWith(`sha256:${asked}`) ? {} : { [askedImageLabel]: asked }),
  };
  return labelVolumes(withLabels(body, ours, inheritedLabels(inspect)), owners, names);
}

// The image would have the labels of its container, and say of containers of its own what was said of this one
function ownCommit(read: ReadRequest, body: JsonObject | undefined): JsonObject | undefined {
  const asked = read.query.get("container") ?? "";
  const labels = inheritedLabels(namesOf(read).resolved("container", asked).inspect);
  const ours = Object.keys(labels).filter((key) => isReserved(key));
  if (ours.length === 0) return body;
  return withLabels(body ?? {}, Object.fromEntries(ours.map((key): [string, string] => [key, ""])));
}
