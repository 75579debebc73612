import type { Touch } from "../docker/attempt.ts";
import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";
import { formatList, parseList, readList } from "./list.ts";
import { refuseUngranted } from "./touches.ts";

/** `container_id`: containers by their full ids, their execs with them. */
export const containerId = defineCaveat<readonly string[]>({
  name: "container_id",
  summary: "only these containers, their execs with them",
  values: "full container ids",
  example: "c0".repeat(32),
  resource: true,
  handshake: false,
  parse: (text) => parseList(text, admit),
  format: formatList,
  read: (typed) => readList(typed, admit),
  grants,
  refuses: (ids, scene) => refuseUngranted(scene, "certain containers", (touch) => grants(ids, touch)),
});

function grants(ids: readonly string[], { kind, id }: Touch): boolean {
  return kind === "container" && ids.includes(id);
}

function admit(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Failure("misuse", "a container id is 64 lower-case hex digits");
  return text;
}
