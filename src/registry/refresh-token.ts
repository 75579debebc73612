import { createHash, createHmac } from "node:crypto";
import { newLink } from "../caveats/link.ts";
import { formatList, parseList } from "../caveats/list.ts";
import { admitName } from "../caveats/name.ts";
import { Failure } from "../errors.ts";
import { attenuate } from "../macaroon/attenuate.ts";
import { newIdentifier, formatIdentifier, parseIdentifier } from "../macaroon/identifier.ts";
import type { Macaroon } from "../macaroon/macaroon.ts";
import { mint } from "../macaroon/mint.ts";
import { parse } from "../macaroon/parse.ts";
import { serialize } from "../macaroon/serialize.ts";

/** A user whose password was right, at one service. */
export interface RefreshedUser {
  readonly service: string;
  readonly account: string;
  /** Other bytes once the password is another. */
  readonly fingerprint: Uint8Array;
}

/** What the door's own key is called in the tokens that it signs; 32 hex digits that tell nothing of it. */
export function kidOf(doorKey: Uint8Array): string {
  return createHash("sha256").update("docker-id registry door\0").update(doorKey).digest("hex").slice(0, 32);
}

/** The root key of one user's refresh tokens: it is another for every service, and after a change of the password. */
export function refreshKeyOf(doorKey: Uint8Array, { service, account, fingerprint }: RefreshedUser): Uint8Array {
  // No name holds a zero byte, so that no two users make the same text
  const hmac = createHmac("sha256", doorKey).update(service).update("\0").update(account).update("\0");
  return new Uint8Array(hmac.update(fingerprint).digest());
}

/** A user's refresh token: good for this door, this service and this user, until the password is another. */
export function mintRefresh(
  doorKey: Uint8Array,
  user: RefreshedUser,
  now: Date,
  random: (bytes: number) => Uint8Array,
): string {
  const identifier = formatIdentifier(newIdentifier(random, kidOf(doorKey)));
  const caveats = [...boundTo(user.service, user.account), `link=${newLink(now, random)}`];
  return serialize(mint({ rootKey: refreshKeyOf(doorKey, user), identifier, caveats }));
}

/**
 * The id narrowed to a service and, where it acts as one, to a user: with every caveat that it has. It is given back as
 * it is where it is bound so already. Undefined where it can hold no more caveats.
 */
export function narrowForRefresh(
  text: string,
  { service, account }: { readonly service: string; readonly account?: string | undefined },
  now: Date,
  random: (bytes: number) => Uint8Array,
): string | undefined {
  try {
    const macaroon = parse(text);
    const more = boundTo(service, account).filter((caveat) => !macaroon.caveats.includes(caveat));
    if (more.length === 0) return serialize(macaroon);
    // What a root id is narrowed to would be nobody in the audit, and could be taken back only with all that the root gave
    const named = macaroon.caveats.some((caveat) => caveat.startsWith("link="));
    return serialize(attenuate(macaroon, named ? more : [...more, `link=${newLink(now, random)}`]));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** What a refresh token says before anything of it is verified. */
export type UnverifiedRefresh =
  /** An id, as an engine would take it too but for its `service`. */
  | { readonly kind: "id" }
  /** One that names this door's key. */
  | { readonly kind: "user"; readonly account: string };

/** Reads whose refresh token a text says to be; undefined where it is none. */
export function readRefresh(text: string, doorKid: string | undefined): UnverifiedRefresh | undefined {
  const macaroon = parseOrNot(text);
  const kid = macaroon === undefined ? undefined : parseIdentifier(macaroon.identifier)?.kid;
  if (macaroon === undefined || kid === undefined) return undefined;
  if (kid !== doorKid) return { kind: "id" };
  const account = firstName(macaroon, "account=");
  return account === undefined ? undefined : { kind: "user", account };
}

/** Whether a password is meant as an id: it has our prefix, or reads as one in any of the formats that ids come in. */
export function isMeantAsId(password: string): boolean {
  if (password.startsWith("dkid_")) return true;
  // No password of a person's is so long; spares reading every one of them
  if (password.length < 100) return false;
  const macaroon = parseOrNot(password);
  return macaroon !== undefined && parseIdentifier(macaroon.identifier) !== undefined;
}

function boundTo(service: string, account: string | undefined): string[] {
  return [`service=${formatList([service])}`, ...(account === undefined ? [] : [`account=${formatList([account])}`])];
}

function firstName({ caveats }: Macaroon, start: string): string | undefined {
  const found = caveats.find((caveat) => caveat.startsWith(start));
  if (found === undefined) return undefined;
  try {
    const names = parseList(found.slice(start.length), admitName);
    return names.length === 1 ? names[0] : undefined;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function parseOrNot(text: string): Macaroon | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
