import type { Touch } from "../docker/attempt.ts";
import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";
import { formatList, parseList, readList } from "./list.ts";
import { labelled, refuseUngranted } from "./touches.ts";

/** `label`: containers, volumes and networks that carry a label. */
export const label = defineCaveat<readonly string[]>({
  name: "label",
  summary: "only containers, volumes and networks with one of these labels",
  values: "`key` or `key=value`",
  example: "team=web,shared",
  resource: true,
  handshake: false,
  parse: (text) => parseList(text, admit),
  format: formatList,
  read: (typed) => readList(typed, admit),
  grants,
  // Several of them would have to be alternatives, and the engine's filters by label all have to hold
  filter: (wanted) => (wanted.length === 1 ? wanted[0] : undefined),
  refuses: (wanted, scene) => refuseUngranted(scene, "what carries a certain label", (touch) => grants(wanted, touch)),
});

function grants(wanted: readonly string[], { kind, id, labels }: Touch): boolean {
  if (!labelled.includes(kind) || id === "*" || labels === undefined) return false;
  return wanted.some((spelled) => carries(labels, spelled));
}

function carries(labels: Readonly<Record<string, string>>, spelled: string): boolean {
  const at = spelled.indexOf("=");
  const key = at < 0 ? spelled : spelled.slice(0, at);
  return Object.hasOwn(labels, key) && (at < 0 || labels[key] === spelled.slice(at + 1));
}

function admit(text: string): string {
  if (text === "" || text.startsWith("=")) throw new Failure("misuse", "a label is written as key or key=value");
  return text;
}
