import { type ItemKind, touchOfItem } from "../../../../docker/items.ts";
import { isObject, type Json } from "../../../../docker/json.ts";
import type { ReadRequest } from "../../../../docker/read-request.ts";
import type { World } from "../../../gate.ts";
import type { Answered, PlanInput } from "./plan-types.ts";
import { answerWith } from "./words.ts";

const pruned: Readonly<Record<string, Extract<ItemKind, "container" | "network" | "volume">>> = {
  "POST /containers/prune": "container",
  "POST /networks/prune": "network",
  "POST /volumes/prune": "volume",
};

/**
 * Why a prune by label may not go on; undefined where it may. The engine knows that something carries a label, and not
 * that it is the owner's: an image may have put it there. So all that carries it is looked at first.
 */
export async function refusePrune(
  { operation }: ReadRequest,
  { filters, sees }: Pick<World, "filters" | "sees">,
  engine: PlanInput["engine"],
): Promise<Answered | undefined> {
  const kind = pruned[operation];
  if (kind === undefined) return answerWith(403, "nothing tells what of all that would be removed is this id's");
  const list = (await engine.list(kind, filters.labels)) as Json;
  const items = isObject(list) ? (list["Volumes"] ?? []) : list;
  const own =
    Array.isArray(items) &&
    items.every((item: Json) => {
      const touch = touchOfItem(kind, item);
      return touch !== undefined && sees({ ...touch, level: "write" });
    });
  return own ? undefined : answerWith(409, `a ${kind} claims to be this id's and is not, so that nothing is pruned`);
}
