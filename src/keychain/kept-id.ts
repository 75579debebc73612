import { Failure } from "../errors.ts";
import type { Keychain } from "./keychain.ts";

/** An id as a keychain keeps it. */
export interface KeptId {
  /** The token's text. */
  readonly id: string;
  /** The key that it grew from. */
  readonly kid: string;
  /** base64url: what makes that key of the secret; absent where no secret does, or where it was never known here. */
  readonly salt?: string;
}

/** Under which an engine's default id is kept. */
export const defaultName = "default";

/** The root id of a key that is being installed; it becomes the default once the verifier has it. No name ends so. */
export const pendingName = "default~pending";

/** A name that a person gives to an id that is kept; throws Failure("misuse") for what cannot be one. */
export function admitName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/.test(name)) return name;
  throw new Failure("misuse", "a name for an id is made of up to 40 letters, digits, dots, dashes and underscores");
}

/** Gives the id that is kept for an engine under a name. */
export async function readKeptId(keychain: Keychain, endpoint: string, name: string): Promise<KeptId | undefined> {
  const text = await keychain.get(`${endpoint}#${name}`);
  if (text === undefined) return undefined;
  try {
    const { id, kid, salt } = JSON.parse(text) as Record<string, unknown>;
    if (typeof id === "string" && typeof kid === "string" && (salt === undefined || typeof salt === "string")) {
      return { id, kid, ...(salt === undefined ? {} : { salt }) };
    }
  } catch {
    // The parser's message quotes what it read.
  }
  throw new Failure("no_keychain", `what ${keychain.title} keeps for ${endpoint} is not an id`, {
    hint: "docker-id set - replaces it",
  });
}

/** Keeps an id for an engine under a name, in place of what was there. */
export async function keepId(keychain: Keychain, endpoint: string, name: string, kept: KeptId): Promise<void> {
  await keychain.set(`${endpoint}#${name}`, JSON.stringify(kept));
}

/** The names under which something is kept for an engine. */
export async function listNames(keychain: Keychain, endpoint: string): Promise<readonly string[]> {
  const accounts = await keychain.list();
  return accounts
    .filter((account) => account.startsWith(`${endpoint}#`))
    .map((account) => account.slice(endpoint.length + 1));
}

/** Forgets it; false when there was none. */
export async function forgetId(keychain: Keychain, endpoint: string, name: string): Promise<boolean> {
  return await keychain.delete(`${endpoint}#${name}`);
}
