import { type Kind, kinds, type Level, type Touch } from "../docker/attempt.ts";
import { Failure } from "../errors.ts";
import { admitGlob, matches } from "./glob.ts";
import { decode, decodeTyped, encode } from "./spelling.ts";
import { labelled, looks } from "./touches.ts";

/** One alternative of a `scope`. */
export interface Scope {
  /** `*` is every kind but the host. */
  readonly kind: Exclude<Kind, "guard"> | "*";
  /** A name, an id, a glob; absent or `*`: any. */
  readonly id?: string;
  readonly level: Level;
}

/** The kinds that a scope may name. */
export const scopeKinds: readonly Scope["kind"][] = ["*", ...kinds.filter((kind) => kind !== "guard")];

const levels: readonly Level[] = ["read", "write"];
const repositoryLevels: readonly Level[] = [...levels, "pull", "push", "delete"];

/** What each level of a scope grants. */
const granted: Readonly<Record<Level, readonly Level[]>> = {
  read: ["read", "pull"],
  pull: ["read", "pull"],
  push: ["read", "pull", "push"],
  delete: ["delete"],
  write: ["read", "write", "pull", "push", "delete"],
};

/** Reads `kind:id:level` or `kind:level` as it stands in a token; colons of the id stay as they are. */
export function parseScope(text: string): Scope {
  return readParts(text, (id) => decode(id, ":"));
}

/** Reads a scope as a person types it. */
export function readScope(typed: string): Scope {
  return readParts(typed, decodeTyped);
}

/** The canonical spelling of a scope. */
export function formatScope({ kind, id, level }: Scope): string {
  return id === undefined ? `${kind}:${level}` : `${kind}:${encode(id, ":")}:${level}`;
}

/**
 * Whether scopes cover a touch between them. `ownership` says that deployment labels can be trusted: without the
 * gateway anyone sets them, an image's maker for one.
 */
export function covers(scopes: readonly Scope[], touch: Touch, ownership: boolean): boolean {
  if (touch.kind === "guard") return false;
  const fit = scopes.filter(({ kind, level }) => coversKind(kind, touch.kind) && coversLevel(level, touch));
  if (
    coversThing(
      fit.map(({ id = "*" }) => id),
      touch,
    )
  )
    return true;

  const { deployment } = touch;
  if (deployment === undefined || !ownership || touch.level !== "read" || !labelled.includes(touch.kind)) return false;
  return scopes.some(({ kind, id = "*" }) => kind === "deployment" && matches(id, deployment));
}

function coversKind(kind: Scope["kind"], touched: Kind): boolean {
  return kind === "*" ? touched !== "host" && touched !== "guard" : kind === touched;
}

function coversLevel(level: Level, touch: Touch): boolean {
  // Only repositories have levels of their own; elsewhere one would be a fault of the reader's
  return granted[level].includes(touch.level) && (touch.kind === "repository" || levels.includes(touch.level));
}

function coversThing(patterns: readonly string[], touch: Touch): boolean {
  if (patterns.includes("*")) return true;
  const matched = (name: string): boolean => patterns.some((pattern) => matches(pattern, name));
  const { kind, id, names = [] } = touch;
  if (id === "*") return false;
  if (id !== "+" && matched(id)) return true;
  if (id !== "+" && (kind !== "image" || looks(touch))) return names.some(matched);
  // Each name of a new thing is bound; and who changes an image changes what all its tags stand for, so that whoever
  // may give another's image a tag of his own must not be able to delete it by that
  return names.length > 0 && names.every((name) => matched(name) || isDigestOfMatched(name, names, matched));
}

// A digest is no name of its own but the content of a tag of the same repository
function isDigestOfMatched(name: string, names: readonly string[], matched: (name: string) => boolean): boolean {
  const at = name.indexOf("@");
  return at > 0 && names.some((tag) => !tag.includes("@") && tag.startsWith(`${name.slice(0, at)}:`) && matched(tag));
}

function readParts(text: string, decodeId: (id: string) => string): Scope {
  const [first, last] = [text.indexOf(":"), text.lastIndexOf(":")];
  if (first < 0) throw new Failure("misuse", "a scope is written as kind:id:level or kind:level");
  const kind = scopeKinds.find((known) => known === text.slice(0, first));
  if (kind === undefined) throw new Failure("misuse", `a scope's kind is one of ${scopeKinds.join(", ")}`);
  const admitted = kind === "repository" ? repositoryLevels : levels;
  const level = admitted.find((known) => known === text.slice(last + 1));
  if (level === undefined) throw new Failure("misuse", `a scope's level for ${kind} is one of ${admitted.join(", ")}`);
  return first === last ? { kind, level } : { kind, id: admitId(decodeId(text.slice(first + 1, last))), level };
}

function admitId(id: string): string {
  // `+` is how an attempt speaks of what does not exist yet
  if (id === "+") throw new Failure("misuse", "a scope names a thing, or any with *");
  return admitGlob(id);
}
