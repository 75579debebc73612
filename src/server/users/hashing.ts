import { createHmac } from "node:crypto";
import { readPasswordRecord, type PasswordRecord } from "../../registry/password-record.ts";
import { createQueue } from "./queue.ts";
import { createRemembered } from "./remembered.ts";
import type { Hashing } from "./users.ts";
import { isWorthHashing, verifyPassword } from "./verify-password.ts";

export interface HashingLimits {
  /** How many passwords are hashed at once; libuv's pool has four threads for this and for files. */
  readonly hashing: number;
  /** How many more may wait. */
  readonly waiting: number;
}

/** For how long a password that was right needs no hashing again. */
export const rememberedMs = 5 * 60_000;
const mostRemembered = 10_000;
const usual = {
  kind: "scrypt",
  ln: 15,
  r: 8,
  p: 3,
  made: { salt: new Uint8Array(16), hash: new Uint8Array(32) },
} as const;

/** Makes what verifies passwords for all services; only it knows the random key under which it remembers them. */
export function createHashing(
  limits: HashingLimits,
  s: { readonly clock: () => Date; readonly random: (bytes: number) => Uint8Array },
): Hashing {
  const key = s.random(32);
  const enqueue = createQueue(limits.hashing, limits.waiting);
  const right = createRemembered<true>(mostRemembered, rememberedMs, s.clock);
  const underWay = new Map<string, Promise<boolean>>();

  /** Layers of an image are asked for at once, with the same password: one hash does for all that wait for it. */
  const hashOnce = async (sign: string, record: PasswordRecord, password: string): Promise<boolean> => {
    let same = underWay.get(sign);
    if (same === undefined) {
      same = enqueue(async () => await verifyPassword(record, password)).finally(() => underWay.delete(sign));
      underWay.set(sign, same);
    }
    return await same;
  };
  const signOf = (...parts: readonly string[]): string =>
    createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64");

  return {
    async verify(stored, password) {
      const record = readPasswordRecord(stored);
      if (!isWorthHashing(record, password)) return false;
      // A changed record has another sign, so that nothing is known of it
      const sign = signOf("user", stored, password);
      if (right.get(sign) === true) return true;
      const is = await hashOnce(sign, record, password);
      if (is) right.set(sign, true);
      return is;
    },
    async dummy(password, instead) {
      const record = standIn(instead?.like === undefined ? usual : readPasswordRecord(instead.like), s.random);
      if (!isWorthHashing(record, password)) return;
      await hashOnce(signOf("nobody", instead?.name ?? "", password), record, password);
    },
  };
}

/** A record of the same cost that is nobody's. */
function standIn(like: PasswordRecord, random: (bytes: number) => Uint8Array): PasswordRecord {
  if (like.kind !== "bcrypt") {
    const { salt, hash } = like.made;
    return { ...like, made: { salt: random(salt.length), hash: random(hash.length) } };
  }
  const rounds = String(like.rounds).padStart(2, "0");
  const letters = Buffer.from(random(40)).toString("base64").replaceAll(/[+=]/g, ".");
  return readPasswordRecord(`$2b$${rounds}$${letters.slice(0, 21)}u${letters.slice(21, 51)}u`);
}
