import { Failure } from "../errors.ts";
import type { Access, Wish } from "./access.ts";

/** How much may be asked for at once; no client comes near it. */
export const scopeLimits = {
  characters: 65_536,
  scopes: 1024,
  resources: 256,
  /** All that is wished with them; a line of the audit can tell of so many. */
  wishes: 256,
  actions: 16,
  nameCharacters: 255,
} as const;

/** What can be done to a repository, in the order in which it is granted. */
const repositoryActions = ["pull", "push", "delete"] as const;

// The grammar of distribution's reference package; a component begins with a letter or digit, so that `..` is none
const type = /^[a-z0-9]{1,32}$/;
const className = /^[a-z0-9]{1,32}$/;
const action = /^(?:\*|[a-z]{1,32})$/;
const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const host = `(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]{2,39}\\])(?::[0-9]{1,5})?`;
const name = new RegExp(`^(?:${host}/)?${component}(?:/${component})*$`);

/**
 * Reads the scopes of a request, each text with one or several between spaces: a resource is given once, its actions are
 * merged, a class such as `(plugin)` is dropped. Throws Failure("misuse") for what is malformed or too much.
 */
export function parseScopes(texts: readonly string[]): Access[] {
  let characters = 0;
  for (const text of texts) characters += text.length;
  if (characters > scopeLimits.characters) throw tooMany();
  let count = 0;
  const merged = new Map<string, { readonly access: Access; readonly actions: string[] }>();
  for (const text of texts) {
    for (const scope of text.split(" ")) {
      if (scope === "") continue;
      if (++count > scopeLimits.scopes) throw tooMany();
      const read = parseScope(scope);
      const key = `${read.type}:${read.name}`;
      const before = merged.get(key);
      const actions = before?.actions ?? [];
      for (const one of read.actions) if (!actions.includes(one)) actions.push(one);
      if (actions.length > scopeLimits.actions) throw tooMany();
      if (before === undefined) merged.set(key, { access: { ...read, actions }, actions });
      if (merged.size > scopeLimits.resources) throw tooMany();
    }
  }
  const requested = [...merged.values()].map(({ access }) => access);
  const wishes = requested.reduce((sum, access) => sum + wishesOf(access).length, 0);
  if (wishes > scopeLimits.wishes) throw tooMany();
  return requested;
}

/** Reads one scope, `type:name:action,action`, split at its first and its last colon; throws Failure("misuse"). */
export function parseScope(text: string): Access {
  const [first, last] = [text.indexOf(":"), text.lastIndexOf(":")];
  if (first < 0 || first === last) throw malformed("a scope is written as type:name:action,action");
  const named = text.slice(first + 1, last);
  if (named.length > scopeLimits.nameCharacters || !name.test(named)) {
    throw malformed("a scope names what is no repository's name");
  }
  const actions = text.slice(last + 1).split(",", scopeLimits.actions + 1);
  if (actions.length > scopeLimits.actions) throw tooMany();
  if (!actions.every((one) => action.test(one))) throw malformed("a scope's actions are words with commas between");
  return { type: readType(text.slice(0, first)), name: named, actions: [...new Set(actions)] };
}

/** A scope as the protocol writes it; `parseScope(formatScope(access))` equals `access`. */
export function formatScope({ type: kind, name: named, actions }: Access): string {
  return `${kind}:${named}:${actions.join(",")}`;
}

/**
 * What is wished with one resource, an action at a time and none twice. `*` on a repository is all that can be done to
 * it; elsewhere it stays, since it is the one action that a registry asks of its catalog.
 */
export function wishesOf({ type: kind, name: named, actions }: Access): Wish[] {
  const each = actions.flatMap((one) => (kind === "repository" && one === "*" ? repositoryActions : [one]));
  return [...new Set(each)].map((one) => ({ type: kind, name: named, action: one }));
}

function readType(text: string): string {
  const open = text.indexOf("(");
  const known = open < 0 ? text : text.slice(0, open);
  const classed = open < 0 || (text.endsWith(")") && className.test(text.slice(open + 1, -1)));
  if (!type.test(known) || !classed) throw malformed("a scope's type is a word, as in repository:team/app:pull");
  return known;
}

function malformed(why: string): Failure {
  return new Failure("misuse", why);
}

function tooMany(): Failure {
  return new Failure("misuse", `more is asked for at once than ${scopeLimits.wishes} actions on repositories`);
}
