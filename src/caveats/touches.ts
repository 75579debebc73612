import type { Kind, Touch } from "../docker/attempt.ts";
import type { Scene } from "./define.ts";

/** The kinds of things that carry labels which the engine keeps apart from their content. */
export const labelled: readonly Kind[] = ["container", "volume", "network"];

/** Whether a touch only looks. */
export function looks({ level }: Touch): boolean {
  return level === "read" || level === "pull";
}

/**
 * A resource caveat's reason when it does not grant one of the touches. It tells the kind and never the id: whoever
 * may not see a thing shall not learn of it from a refusal.
 */
export function refuseUngranted(scene: Scene, granted: string, grants: (touch: Touch) => boolean): string | undefined {
  const refused = scene.attempt.touches.find((touch) => !grants(touch));
  return refused === undefined ? undefined : `the request ${describe(refused)}, and this id is for ${granted} alone`;
}

/** What a touch does, in words that name its kind alone. */
export function describe(touch: Touch): string {
  const { kind, id } = touch;
  if (kind === "host") return "asks for a power over the host";
  if (kind === "guard") return "reaches for the guard itself";
  if (id === "*") return `speaks of every ${kind}`;
  if (id === "+") return `makes or names ${article(kind)}`;
  return `${looks(touch) ? "reads" : "changes"} ${article(kind)}`;
}

function article(kind: Kind): string {
  return `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}
