import { createHmac } from "node:crypto";

/** Somebody who says to be somebody. */
export interface Try {
  readonly service: string;
  readonly name: string;
  /** The password, or the id. */
  readonly credential: string;
  /** By what strangers are counted. */
  readonly source: string;
  /** Of the user as it is now: what was wrong may be right after a change. */
  readonly fingerprint?: Uint8Array;
}

/** What the guard makes of it before anything is hashed. */
export type Advice =
  | { readonly kind: "try" }
  /** The very same was wrong a moment ago. */
  | { readonly kind: "wrong" }
  | { readonly kind: "wait"; readonly retryAfterSeconds: number };

/** Counts distinct wrong credentials per user and address; the same one again counts for nothing, however often. */
export interface Guard {
  advise(one: Try): Advice;
  /** Whether so many were wrong from there already that nobody need be looked for. */
  tired(one: Try): Advice;
  failed(one: Try): void;
  succeeded(one: Try): void;
}

export interface GuardLimits {
  /** Distinct wrong credentials of one user from one address. */
  readonly failures: number;
  readonly windowMs: number;
}

/** From one address, whatever users it names. */
const perAddress = 10;
/** So many users and addresses are remembered; the oldest goes first. */
const most = { users: 20_000, addresses: 5000, right: 20_000 } as const;

interface Counted {
  readonly sinceMs: number;
  readonly wrong: Set<string>;
}

/** Makes a guard; only it knows the random key by which it remembers credentials. */
export function createGuard(
  { failures, windowMs }: GuardLimits,
  { clock, random }: { readonly clock: () => Date; readonly random: (bytes: number) => Uint8Array },
): Guard {
  const key = random(32);
  const byUser = new Map<string, Counted>();
  const byAddress = new Map<string, Counted>();
  const right = new Set<string>();

  const sign = ({ service, name, credential }: Try): string =>
    createHmac("sha256", key)
      .update(JSON.stringify([service, name, credential]))
      .digest("base64url")
      .slice(0, 20);
  function current(map: Map<string, Counted>, of: string): Counted | undefined {
    const found = map.get(of);
    if (found === undefined) return undefined;
    const age = clock().getTime() - found.sinceMs;
    // A clock that was set back must not lock anybody out
    if (age >= 0 && age < windowMs) return found;
    map.delete(of);
    return undefined;
  }

  function count(map: Map<string, Counted>, of: string, limit: number, what: string, size: number): void {
    let found = current(map, of);
    if (found === undefined) {
      found = { sinceMs: clock().getTime(), wrong: new Set() };
      map.set(of, found);
      forgetOldest(map, size);
    }
    if (found.wrong.size < limit) found.wrong.add(what);
  }

  const wait = ({ sinceMs }: Counted): Advice => ({
    kind: "wait",
    retryAfterSeconds: Math.max(1, Math.ceil((sinceMs + windowMs - clock().getTime()) / 1000)),
  });

  function tired(one: Try, signed: string): Advice {
    const there = current(byAddress, one.source);
    if (there === undefined || there.wrong.size < failures * perAddress || right.has(signed)) return { kind: "try" };
    return wait(there);
  }

  return {
    tired: (one) => (byAddress.size === 0 ? { kind: "try" } : tired(one, sign(one))),
    advise(one) {
      if (byAddress.size === 0 && byUser.size === 0) return { kind: "try" };
      const signed = sign(one);
      const user = current(byUser, userOf(one));
      if (user?.wrong.has(withPrint(signed, one)) === true) return { kind: "wrong" };
      if (right.has(signed)) return { kind: "try" };
      return user !== undefined && user.wrong.size >= failures ? wait(user) : tired(one, signed);
    },
    failed(one) {
      const signed = sign(one);
      right.delete(signed);
      const what = withPrint(signed, one);
      count(byUser, userOf(one), failures, what, most.users);
      count(byAddress, one.source, failures * perAddress, what, most.addresses);
    },
    succeeded(one) {
      const signed = sign(one);
      right.delete(signed);
      right.add(signed);
      forgetOldest(right, most.right);
    },
  };
}

function forgetOldest(from: Map<string, unknown> | Set<string>, size: number): void {
  if (from.size <= size) return;
  for (const oldest of from.keys()) {
    from.delete(oldest);
    return;
  }
}

function withPrint(signed: string, { fingerprint }: Try): string {
  if (fingerprint === undefined) return signed;
  return `${signed}.${Buffer.from(fingerprint.subarray(0, 8)).toString("base64url")}`;
}

function userOf({ service, name, source }: Try): string {
  return JSON.stringify([source, service, name]);
}
