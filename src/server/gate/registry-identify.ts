import { parseIdentifier } from "../../macaroon/identifier.ts";
import { type VerifiedToken, verifyToken } from "../../policy/token.ts";
import type { GateParts, Standing } from "../gate.ts";
import { describeError } from "../log.ts";
import { type Authenticator, readMacaroon } from "./authenticate.ts";
import type { DoorKey, Identified } from "./registry-types.ts";
import { within } from "./within.ts";
import { words } from "./words.ts";

/** What an id's text is worth, and whose it was where that is known of one that is denied. */
export type Found = Identified & { readonly known?: VerifiedToken };

export interface IdentifyParts extends Pick<GateParts, "state" | "log" | "decideTimeoutMs"> {
  readonly authenticator: Authenticator;
  readonly stand: () => Promise<Standing>;
}

/** Makes what finds out what an id's text is worth at the registry's door, or that of a refresh token of the door's key. */
export function createIdentify(parts: IdentifyParts): (text: string, key?: DoorKey) => Promise<Found> {
  const { state, authenticator, stand, log, decideTimeoutMs } = parts;

  async function identifyId(text: string): Promise<Found> {
    const { now, version } = await stand();
    if (now.kind === "unreadable") return { denied: words.unreadable, unavailable: true };
    if (now.kind === "open") return { denied: words.open };
    return await authenticator.authenticate(text, now.kid, version);
  }

  async function identifyRefresh(text: string, { kid, key }: DoorKey): Promise<Found> {
    const { now } = await stand();
    if (now.kind === "unreadable") return { denied: words.unreadable, unavailable: true };
    const macaroon = readMacaroon(text);
    if (macaroon === undefined || parseIdentifier(macaroon.identifier)?.kid !== kid) return { denied: words.malformed };
    const token = verifyToken(macaroon, key);
    if ("refused" in token) return { denied: token.refused };
    // One without them would be good everywhere and for everybody, and be read as a root id
    const bound = (["service", "account"] as const).every((name) => token.caveats.some((one) => one.name === name));
    if (!bound) return { denied: words.malformed };
    if (await state.store.revoked(token.digests, token.links)) return { denied: words.revoked, known: token };
    return { token };
  }

  return async (text, key) => {
    try {
      const found = key === undefined ? identifyId(text) : identifyRefresh(text, key);
      return await within<Found>(decideTimeoutMs, found, () => ({ denied: words.late, unavailable: true }));
    } catch (error) {
      log.error({ cause: describeError(error) }, "what an id is worth could not be told, and it is refused");
      return { denied: words.failed, unavailable: true };
    }
  };
}
