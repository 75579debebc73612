import { isObject, type Json } from "../../../../docker/json.ts";
import type { Rewritten } from "./plan-types.ts";

/** Why the engine does not do a thing: something is in its way, which need not be the id's own. */
export const refusals: ReadonlySet<number> = new Set([403, 409]);

const inTheWay = / by container "?[0-9a-f]{12,64}"?/g;
/** `has active endpoints (name:"web" id:"0123")` */
const endpoints = / \((?:name|id):[^)]*\)/g;
const ids = /\b[0-9a-f]{12,64}\b/g;

/**
 * The engine's words for a refusal without what they tell of what is in the way: that a name is taken can't be hidden,
 * whose it is can. An id that stands in the target was known before.
 */
export function discreet(target: string): (answer: unknown) => Promise<Rewritten> {
  return async (answer) => {
    const given = answer as Json;
    const message = isObject(given) ? given["message"] : undefined;
    if (typeof message !== "string") return { json: { message: "the engine refuses this" } };
    const told = message
      .replaceAll(inTheWay, "")
      .replaceAll(endpoints, "")
      .replaceAll(ids, (id) => (target.includes(id) ? id : "…"));
    return { json: { message: told } };
  };
}
