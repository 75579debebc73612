import type { Attempt, Circumstances, Touch } from "../docker/attempt.ts";
import { grantsHost } from "./host-powers.ts";
import type { VerifiedToken } from "./token.ts";

/**
 * Whether a token's resource caveats, and the rules that no caveat lifts, grant one touch: one of the attempt's, or of a
 * thing that the attempt's answer would tell of. What may be done at all, by whom and when, is decided on the attempt.
 */
export function sees(token: VerifiedToken, touch: Touch, attempt: Attempt, circumstances: Circumstances): boolean {
  if (token.root) return true;
  if (touch.kind === "guard") return false;
  if (touch.kind === "host") {
    const confined = token.caveats.some(({ name }) => name === "confined");
    if (confined || !grantsHost(token.caveats, touch)) return false;
  }
  let linksBefore: readonly string[] = [];
  for (const { name, value, definition } of token.caveats) {
    if (definition.resource) {
      const grants = definition.grants?.(value, touch, { attempt, circumstances, linksBefore }) ?? false;
      if (!grants) return false;
    }
    if (name === "link") linksBefore = linksBefore.concat(value as string);
  }
  return true;
}

/** Filters of the engine's by label that narrow a question to what a token sees. */
export interface LabelFilters {
  readonly labels: readonly string[];
  /** What is not seen is filtered out by them already: there is a filter for each resource caveat. */
  readonly whole: boolean;
}

/** The filters that stand for a token's resource caveats, as far as there are some. */
export function labelFilters(token: VerifiedToken): LabelFilters {
  const labels: string[] = [];
  let whole = true;
  let linksBefore: readonly string[] = [];
  for (const { name, value, definition } of token.caveats) {
    const label = definition.filter?.(value, linksBefore);
    if (label !== undefined) labels.push(label);
    else if (definition.resource) whole = false;
    if (name === "link") linksBefore = linksBefore.concat(value as string);
  }
  return { labels, whole };
}
