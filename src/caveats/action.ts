import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";
import { formatList, parseList, readList } from "./list.ts";

const pattern = /^[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*\.(?:\*|[a-z][a-z0-9_-]*)$/;

/** `action`: the actions of the request table and of the registry's door, or families of them. */
export const action = defineCaveat<readonly string[]>({
  name: "action",
  summary: "only these actions",
  values: "actions (`container.start`, `registry.pull`), families (`container.*`)",
  example: "container.start,image.*",
  resource: false,
  handshake: false,
  parse: (text) => parseList(text, admit),
  format: formatList,
  read: (typed) => readList(typed, admit),
  refuses(patterns, { attempt }) {
    if (patterns.some((candidate) => isOf(candidate, attempt.action))) return undefined;
    return `${attempt.action} is none of the actions that this id may do`;
  },
});

/** Whether an action is the one named, or of the family named. */
export function isOf(candidate: string, name: string): boolean {
  return candidate.endsWith(".*") ? name.startsWith(candidate.slice(0, -1)) : name === candidate;
}

function admit(text: string): string {
  if (!pattern.test(text)) {
    throw new Failure("misuse", "an action is written as container.start, a family of them as container.*");
  }
  return text;
}
