import { Failure } from "../../errors.ts";
import { parseIdentifier } from "../../macaroon/identifier.ts";
import type { Macaroon } from "../../macaroon/macaroon.ts";
import { parse } from "../../macaroon/parse.ts";
import { verifyToken, type VerifiedToken } from "../../policy/token.ts";
import type { StateStore } from "../stores/guard-state.ts";
import { words } from "./words.ts";

/** An id that verifies and is not revoked, or why the text is none; `known` then says whose it was. */
export type Authenticated =
  | { readonly token: VerifiedToken }
  | { readonly denied: string; readonly known?: VerifiedToken };

/** Finds out what the texts of ids are worth under the key in force. Rejects when the store cannot be asked. */
export interface Authenticator {
  /** `version` is the store's, asked for before: what was taken back since is not missed next time. */
  readonly authenticate: (text: string, kid: string, version: number) => Promise<Authenticated>;
  /** An id that was found valid before, where nothing has changed since; at once. */
  readonly recall: (text: string, kid: string, version: number) => VerifiedToken | undefined;
  /** Like `authenticate`, but says nothing of revocation, and remembers nothing. */
  readonly verify: (text: string, kid: string) => Promise<Authenticated>;
}

interface Seen {
  readonly token: VerifiedToken;
  readonly kid: string;
  /** The store's version before it was asked and knew no revocation. */
  readonly version: number;
}

/** How many ids are remembered, and how many characters they may have together. */
const most = { ids: 4096, characters: 4 * 1024 * 1024 } as const;

/** Makes an authenticator that remembers the ids it last found valid, for as long as the store stands still. */
export function createAuthenticator(
  store: StateStore,
  limits: { ids: number; characters: number } = most,
): Authenticator {
  // In the order of last use: a Map keeps insertion order
  const seen = new Map<string, Seen>();
  let characters = 0;

  function remember(text: string, entry: Seen): void {
    forget(text);
    seen.set(text, entry);
    characters += text.length;
    // Whoever has an id can narrow it into as many others, as long, as he likes
    for (const oldest of seen.keys()) {
      if (seen.size <= limits.ids && characters <= limits.characters) return;
      forget(oldest);
    }
  }

  function forget(text: string): void {
    if (seen.delete(text)) characters -= text.length;
  }

  async function verify(text: string, kid: string): Promise<Authenticated> {
    const macaroon = readMacaroon(text);
    if (macaroon === undefined) return { denied: words.malformed };
    const named = parseIdentifier(macaroon.identifier)?.kid;
    if (named === undefined) return { denied: words.malformed };
    if (named !== kid) return { denied: words.otherEngine };
    const rootKey = await store.rootKey(kid);
    if (rootKey === undefined) throw new Failure("unreadable", "the key in force is not in the store");
    const token = verifyToken(macaroon, rootKey.key);
    return "refused" in token ? { denied: token.refused } : { token };
  }

  function recall(text: string, kid: string, version: number): VerifiedToken | undefined {
    const before = seen.get(text);
    if (before === undefined || before.version !== version || before.kid !== kid) return undefined;
    remember(text, before);
    return before.token;
  }

  return {
    verify,
    recall,
    async authenticate(text, kid, version) {
      const known = recall(text, kid, version);
      if (known !== undefined) return { token: known };
      const before = seen.get(text);
      forget(text);
      const found = before?.kid === kid ? { token: before.token } : await verify(text, kid);
      if ("denied" in found) return found;
      if (await store.revoked(found.token.digests, found.token.links))
        return { denied: words.revoked, known: found.token };
      remember(text, { token: found.token, kid, version });
      return found;
    },
  };
}

/** Reads an id's text; undefined for what is none. */
export function readMacaroon(text: string): Macaroon | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
