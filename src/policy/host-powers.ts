import { covers, type Scope } from "../caveats/scopes.ts";
import type { ReadCaveat } from "../caveats/vocabulary.ts";
import type { Touch } from "../docker/attempt.ts";

/**
 * Whether a restricted id was given a power over the host: by a `scope` that names it, and that is what first
 * restricted the id. An id that any other caveat restricted first never had the power, and must not get it by adding a
 * scope to itself; further scopes are asked like all caveats.
 */
export function grantsHost(caveats: readonly ReadCaveat[], touch: Touch): boolean {
  const first = caveats.find(({ name }) => name !== "link" && name !== "for");
  return first?.name === "scope" && covers(first.value as readonly Scope[], touch, false);
}
