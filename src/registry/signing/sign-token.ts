import { SignJWT } from "jose";
import { Failure } from "../../errors.ts";
import type { Access } from "../access.ts";
import type { SigningPair } from "./pair.ts";

/** What a token is to say. */
export interface TokenClaims {
  readonly issuer: string;
  readonly service: string;
  readonly subject: string;
  readonly access: readonly Access[];
  readonly jti: string;
  readonly lifeSeconds: number;
  /** It ends no later than this. */
  readonly notAfter?: Date;
}

/** A token, and what a client is told of it. */
export interface SignedToken {
  readonly token: string;
  readonly jti: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** A registry whose clock is a little behind takes the token all the same; registries grant a minute, other software none. */
const backdatedSeconds = 5;

/**
 * Signs a registry's token, which ends no later than `notAfter` and the certificate. Rejects with Failure("failed") when
 * the certificate has expired or is not valid yet, and with Failure("refused") when no second of life is left.
 */
export async function signToken(pair: SigningPair, claims: TokenClaims, now: Date): Promise<SignedToken> {
  const unfit = describeUnfit(pair, now);
  if (unfit !== undefined) throw new Failure("failed", unfit, { hint: "put a new pair in its place" });
  const access = claims.access.map(onlyNamedActions);
  const issued = toSeconds(now);
  const ends = [pair.validTo, ...(claims.notAfter === undefined ? [] : [claims.notAfter])].map(toSeconds);
  const expires = Math.min(issued + claims.lifeSeconds, ...ends);
  if (!(expires > issued)) throw new Failure("refused", "there is no second left in which a token could be used");
  const { jti } = claims;
  // `aud` as a string: registries up to 2.8 do not read a list
  const token = await new SignJWT({ access })
    .setIssuer(claims.issuer)
    .setAudience(claims.service)
    .setSubject(claims.subject)
    .setJti(jti)
    .setIssuedAt(issued)
    .setNotBefore(issued - backdatedSeconds)
    .setExpirationTime(expires)
    .setProtectedHeader({ ...pair.header })
    .sign(pair.key);
  return { token, jti, issuedAt: new Date(issued * 1000), expiresAt: new Date(expires * 1000) };
}

/** Why registries would not accept a pair's tokens at that time; undefined when they would. */
export function describeUnfit({ validFrom, validTo }: SigningPair, now: Date): string | undefined {
  if (now >= validTo) return `the signing certificate expired at ${validTo.toISOString()}, and registries refuse it`;
  if (now < validFrom) return `the signing certificate is valid from ${validFrom.toISOString()} on, and not before`;
  return undefined;
}

/** To a registry a `*` grants all there is and will be; the catalog alone is asked for by that name. */
function onlyNamedActions({ type, name, actions }: Access): Access {
  if (actions.includes("*") && !(type === "registry" && name === "catalog")) {
    throw new Failure("failed", `a token would have granted every action on the ${type} ${name}`);
  }
  return { type, name, actions };
}

function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
