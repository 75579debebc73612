import { expect } from "vitest";
import { vocabulary, readCaveat } from "../../src/caveats/vocabulary.ts";
import type { CaveatDefinition } from "../../src/caveats/define.ts";
import type { Attempt, Circumstances, Touch } from "../../src/docker/attempt.ts";

export const now = new Date("2030-01-31T12:00:00Z");
export const webId = "a1".repeat(32);
export const dbId = "b2".repeat(32);
export const alpine = `sha256:${"c3".repeat(32)}`;
export const debian = `sha256:${"d4".repeat(32)}`;
export const networkId = "e5".repeat(32);

/** The container web, made from alpine; and db, made from debian. */
export const web = (level: Touch["level"] = "read"): Touch => ({
  kind: "container",
  id: webId,
  level,
  names: ["web"],
  image: alpine,
  labels: { team: "web" },
});
export const db = (level: Touch["level"] = "read"): Touch => ({
  kind: "container",
  id: dbId,
  level,
  names: ["db"],
  image: debian,
  labels: {},
});

/** `volume:data:write` as a touch; what it is known by besides follows. */
export function touch(text: string, more: Partial<Touch> = {}): Touch {
  const [first, last] = [text.indexOf(":"), text.lastIndexOf(":")];
  const parts = { kind: text.slice(0, first), id: text.slice(first + 1, last), level: text.slice(last + 1) };
  return { ...parts, ...more } as Touch;
}

/** An attempt that touches these things; it writes when one of them is written. */
export function attempt(touches: readonly Touch[], more: Partial<Attempt> = {}): Attempt {
  const op = touches.every(({ level }) => level === "read" || level === "pull") ? "read" : "write";
  return { action: "container.inspect", op, handshake: false, stream: false, touches, ...more };
}

/** What the plugin's door knows of a request. */
export function circumstances(more: Partial<Circumstances> = {}): Circumstances {
  return { now, door: "authz", engine: ["ENGINE:ID", "laptop"], ownership: false, ...more };
}

/** What one caveat, as it stands in a token, says; the links stand before it. */
export function judge(
  text: string,
  tried: Attempt,
  known: Partial<Circumstances> = {},
  linksBefore: readonly string[] = [],
): string | undefined {
  const { value, definition } = readCaveat(text);
  return definition.refuses(value, { attempt: tried, circumstances: circumstances(known), linksBefore });
}

export function allow(...question: Parameters<typeof judge>): void {
  expect(judge(...question), `${question[0]} should allow`).toBeUndefined();
}

/** Expects a reason, and one that names no thing which the attempt touches. */
export function refuse(...question: Parameters<typeof judge>): void {
  const why = judge(...question);
  expect(why, `${question[0]} should refuse`).toMatch(/^\S.*[^.]$/);
  for (const { id, kind } of question[1].touches) if (id.length > 3 && kind !== "guard") expect(why).not.toContain(id);
}

/** The canonical value that a person's words make. */
export function typed(name: keyof typeof vocabulary, words: string): string {
  const definition: CaveatDefinition<unknown> = vocabulary[name];
  return definition.format(definition.read(words, now));
}
