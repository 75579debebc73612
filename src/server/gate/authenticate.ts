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
  authenticate(text: string, kid: string, version: number): Promise<Authenticated>;
  /** Like the above, but says nothing of revocation, and remembers nothing. */
  verify(text: string, kid: string): Promise<Authenticated>;
}

interface Seen {
  readonly token: VerifiedToken;
  readonly kid: string;
  /** The store's version before it was asked and knew no revocation. */
  readonly version: number;
}

/** Makes an authenticator that remembers the last `remembered` ids that it found valid, for as long as the store stands still. */
export function createAuthenticator(store: StateStore, remembered = 4096): Authenticator {
  // In the order of last use: a Map keeps insertion order
  const seen = new Map<string, Seen>();

  function remember(text: string, entry: Seen): void {
    seen.delete(text);
    seen.set(text, entry);
    if (seen.size <= remembered) return;
    const oldest = seen.keys().next();
    if (oldest.done !== true) seen.delete(oldest.value);
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

  return {
    verify,
    async authenticate(text, kid, version) {
      const before = seen.get(text);
      if (before !== undefined && before.version === version && before.kid === kid) {
        remember(text, before);
        return { token: before.token };
      }
      seen.delete(text);
      const found = before?.kid === kid ? { token: before.token } : await verify(text, kid);
      if ("denied" in found) return found;
      if (await store.revoked(found.token.digests, found.token.links))
        return { denied: words.revoked, known: found.token };
      remember(text, { token: found.token, kid, version });
      return found;
    },
  };
}

function readMacaroon(text: string): Macaroon | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
