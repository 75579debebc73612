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
  /** Counts a try as long as it is under way: many at once are no more than one after another. Gives what ends it. */
  begin(one: Try): () => void;
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
const most = { users: 20_000, addresses: 5000, right: 20_000, wrong: 500_000 } as const;

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
  // However many wrong ones each may have, together they take no more room
  const mostUsers = Math.min(most.users, Math.ceil(most.wrong / failures));
  const mostAddresses = Math.min(most.addresses, Math.ceil(most.wrong / (failures * perAddress)));
  // By user, and by address: how often each credential is being tried
  const underWay = new Map<string, Map<string, number>>();

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

  function othersUnderWay(of: string, what: string): number {
    const there = underWay.get(of);
    return there === undefined ? 0 : there.size - (there.has(what) ? 1 : 0);
  }

  function tooMany(map: Map<string, Counted>, of: string, what: string, limit: number): Advice | undefined {
    const found = current(map, of);
    const wrong = found?.wrong.size ?? 0;
    if (wrong + othersUnderWay(of, what) < limit) return undefined;
    return found === undefined || wrong < limit ? { kind: "wait", retryAfterSeconds: 1 } : wait(found);
  }

  function tired(one: Try, signed: string): Advice {
    if (right.has(signed)) return { kind: "try" };
    return tooMany(byAddress, one.source, withPrint(signed, one), failures * perAddress) ?? { kind: "try" };
  }

  function nothingKnown(): boolean {
    return byAddress.size === 0 && byUser.size === 0 && underWay.size === 0;
  }

  return {
    tired: (one) => (nothingKnown() ? { kind: "try" } : tired(one, sign(one))),
    advise(one) {
      if (nothingKnown()) return { kind: "try" };
      const signed = sign(one);
      const what = withPrint(signed, one);
      if (current(byUser, userOf(one))?.wrong.has(what) === true) return { kind: "wrong" };
      if (right.has(signed)) return { kind: "try" };
      return tooMany(byUser, userOf(one), what, failures) ?? tired(one, signed);
    },
    begin(one) {
      const signed = sign(one);
      if (right.has(signed)) return () => undefined;
      const what = withPrint(signed, one);
      const places = [userOf(one), one.source];
      for (const of of places) {
        const there = underWay.get(of) ?? new Map<string, number>();
        underWay.set(of, there.set(what, (there.get(what) ?? 0) + 1));
      }
      return () => {
        for (const of of places) {
          const there = underWay.get(of);
          const left = (there?.get(what) ?? 1) - 1;
          if (left > 0) there?.set(what, left);
          else there?.delete(what);
          if (there?.size === 0) underWay.delete(of);
        }
      };
    },
    failed(one) {
      const signed = sign(one);
      right.delete(signed);
      const what = withPrint(signed, one);
      count(byUser, userOf(one), failures, what, mostUsers);
      count(byAddress, one.source, failures * perAddress, what, mostAddresses);
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
