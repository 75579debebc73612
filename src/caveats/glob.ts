import { Failure } from "../errors.ts";

/** Gives the pattern back: a name, `*`, or a name that ends in `*`; throws Failure("misuse") for any other. */
export function admitGlob(pattern: string): string {
  if (pattern === "") throw new Failure("misuse", "a name is empty");
  if (pattern.slice(0, -1).includes("*")) {
    throw new Failure("misuse", "a * may only stand at the end of a name");
  }
  return pattern;
}

/**
 * Whether a name matches. `*` alone is any name. A trailing `*` stands for one character or more, and for no `/`: so
 * `bind/*` is not `bind/`, which would be the host's root folder.
 */
export function matches(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.endsWith("*")) return pattern === name;
  const stem = pattern.slice(0, -1);
  return name.length > stem.length && name.startsWith(stem) && !name.slice(stem.length).includes("/");
}
