import { randomBytes } from "node:crypto";
import { ownName } from "../../registry/settings-users.ts";
import type { Log } from "../log.ts";
import { isAccountName } from "./account-name.ts";
import { openHtpasswdUsers } from "./htpasswd-users.ts";
import { createStandIns } from "./stand-ins.ts";
import { readStaticUsers } from "./static-users.ts";
import type { FoundUser, Hashing, Users, UsersSettings } from "./users.ts";
import { openVaultUsers } from "./vault/vault-users.ts";

export interface UsersNeeds {
  readonly clock: () => Date;
  readonly log: Log;
  readonly hashing: Hashing;
}

/** Somewhere that users come from; a source that cannot be asked rejects, and later ones are not asked in its place. */
export interface Source {
  find(name: string): Promise<FoundUser | undefined>;
  close(): void;
}

/**
 * Opens the users of one service. Rejects with Failure("misuse") for settings that no user could come from; a Vault that
 * does not answer now is no such thing.
 */
export async function openUsers(settings: UsersSettings, s: UsersNeeds): Promise<Users> {
  const standIns = createStandIns(s.hashing, randomBytes(32));
  const fixed = readStaticUsers(settings.users, s.hashing);
  for (const { password } of Object.values(settings.users)) standIns.note(password);
  const sources: Source[] = [];
  if (settings.htpasswd !== undefined) sources.push(await openHtpasswdUsers(settings.htpasswd, s, standIns));
  if (settings.vault !== undefined) sources.push(await openVaultUsers(settings.vault, s, standIns));
  return {
    async find(name) {
      // After a colon a token's subject names an id, and ids bear our own name
      if (!isAccountName(name) || name.includes(":") || name === ownName) return undefined;
      const user = fixed.get(name);
      if (user !== undefined) return user;
      for (const source of sources) {
        const found = await source.find(name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    async dummy(name, password) {
      await standIns.dummy(name, password);
    },
    close() {
      for (const source of sources) source.close();
    },
  };
}
