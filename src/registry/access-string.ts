import { Failure } from "../errors.ts";
import type { Access } from "./access.ts";
import { parseScope } from "./scopes.ts";

/** What a user's access string says. */
export interface AccessString {
  readonly access: readonly Access[];
  /** How many of its parts are no scopes, and so grant nothing. */
  readonly unread: number;
}

/**
 * Reads an access string as godoauth kept it, `repository:linux/app:*;repository:linux/db:pull`. Names in it are whole
 * names and no patterns. It only ever grants, so that a part which cannot be read takes nothing from the others.
 */
export function readAccessString(text: string): AccessString {
  const access: Access[] = [];
  let unread = 0;
  for (const part of text.split(";").map((one) => one.trim())) {
    if (part === "") continue;
    try {
      access.push(parseScope(part));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      unread += 1;
    }
  }
  return { access, unread };
}

/** Gives an access string back; throws Failure("misuse") when a part of it cannot be read. */
export function admitAccessString(text: string): string {
  if (readAccessString(text).unread === 0) return text;
  throw new Failure("misuse", "an access string is written as repository:linux/app:*;repository:linux/db:pull");
}
