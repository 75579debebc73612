import type { Attempt, Circumstances, Touch } from "../docker/attempt.ts";

/** What a caveat may look at besides its own value. */
export interface Scene {
  readonly attempt: Attempt;
  readonly circumstances: Circumstances;
  /** Values of the `link` caveats that stand before this one in the same token, oldest first. */
  readonly linksBefore: readonly string[];
}

/**
 * What each caveat of the vocabulary is: a predicate that prohibits. The functions are declared as methods so that
 * definitions of different values fit into one vocabulary; a value is only ever given to the definition it came from.
 */
export interface CaveatDefinition<V> {
  /** As it stands in tokens, snake_case. */
  readonly name: string;
  /** One line for `--help`, completion and docs/caveats.md, a lower-case fragment. */
  readonly summary: string;
  /** What a value may be, for the docs, a fragment. */
  readonly values: string;
  /** A value as a person types it; `read` takes it at any time before the year 2100. */
  readonly example: string;
  /** A resource caveat refuses every touch whose kind it cannot positively grant. */
  readonly resource: boolean;
  /** Asked of handshakes too: time, address, host and the like, but no resources, `op` or `action`. */
  readonly handshake: boolean;
  /** Reads the text after `name=` as it stands in a token, canonical spelling only; throws Failure("misuse") otherwise. */
  parse(text: string): V;
  /** The one canonical spelling; `parse(format(v))` equals `v`. */
  format(value: V): string;
  /**
   * Reads what a person types (`15m`, `read,write`) and gives the value; throws Failure("misuse") with a sentence.
   * `now` turns durations into instants.
   */
  read(typed: string, now: Date): V;
  /**
   * Of a resource caveat alone, and of each: whether it grants one touch of the scene's attempt, or one beside them that
   * a list's answer would show; the scene's touches are what else the request does.
   */
  grants?(value: V, touch: Touch, scene: Scene): boolean;
  /** A filter of the engine's by label, `key` or `key=value`, that nothing which this caveat grants is without. */
  filter?(value: V, linksBefore: readonly string[]): string | undefined;
  /** Why this caveat refuses, a sentence without a final stop; undefined when it does not. A boolean could be inverted by accident. */
  refuses(value: V, scene: Scene): string | undefined;
}

/** Declares a caveat; only the types are checked. */
export function defineCaveat<V>(definition: CaveatDefinition<V>): CaveatDefinition<V> {
  return definition;
}
