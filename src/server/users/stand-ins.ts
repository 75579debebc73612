import { createHmac } from "node:crypto";
import { readPasswordRecord, type PasswordRecord } from "../../registry/password-record.ts";
import type { Hashing } from "./users.ts";

/** Which hashes a service's users have, so that a name that nobody has can cost what some user's costs. */
export interface StandIns {
  /** A stored password of the service; undefined for one that is no hash. */
  note(stored: string | undefined): void;
  dummy(name: string, password: string): Promise<void>;
}

const mostKinds = 16;

/** Begins with none; then a name that nobody has costs what a hash of `docker-id registry hash` does. */
export function createStandIns(hashing: Hashing, key: Uint8Array): StandIns {
  const kinds = new Map<string, string | undefined>();
  return {
    note(stored) {
      const cost = stored === undefined ? "none" : costOf(readPasswordRecord(stored));
      if (kinds.size < mostKinds && !kinds.has(cost)) kinds.set(cost, stored);
    },
    async dummy(name, password) {
      const known = [...kinds.values()];
      if (known.length === 0) {
        await hashing.dummy(password, { name });
        return;
      }
      // The same for a name whenever it is asked, as it is for a user
      const choice = createHmac("sha256", key).update(name).digest().readUInt32BE(0) % known.length;
      const like = known[choice];
      if (like !== undefined) await hashing.dummy(password, { name, like });
    },
  };
}

function costOf(record: PasswordRecord): string {
  if (record.kind === "bcrypt") return `bcrypt ${record.rounds}`;
  const { made: _made, ...cost } = record;
  return JSON.stringify(cost);
}
