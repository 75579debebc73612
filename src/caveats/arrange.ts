import type { Scope } from "./scopes.ts";
import { readCaveat } from "./vocabulary.ts";

/**
 * Puts caveats that are about to be added to a root id in the order in which they mean what they say: a scope that
 * names the host counts only as the first restriction of an id. The rest keeps its order.
 */
export function arrange(caveats: readonly string[]): readonly string[] {
  const first = caveats.filter((text) => hostScopes([text]).length > 0);
  return [...first, ...caveats.filter((text) => !first.includes(text))];
}

/** The scopes among these caveats that name powers over the host: whoever has one should be told that it is root there. */
export function hostScopes(caveats: readonly string[]): readonly Scope[] {
  return caveats
    .map(readCaveat)
    .flatMap(({ name, value }) => (name === "scope" ? (value as readonly Scope[]) : []))
    .filter(({ kind }) => kind === "host");
}
