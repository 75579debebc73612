import { Failure } from "../../errors.ts";
import { readPasswordRecord } from "../../registry/password-record.ts";
import { isAccountName } from "./account-name.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { FoundUser, Hashing, UserSettings } from "./users.ts";

/** The users of a configuration by name; throws Failure("misuse") for the first whose name or hash is none. */
export function readStaticUsers(
  users: Readonly<Record<string, UserSettings>>,
  hashing: Hashing,
): ReadonlyMap<string, FoundUser> {
  return new Map(Object.entries(users).map(([name, user]) => [name, toFound(name, user, hashing)]));
}

function toFound(name: string, user: UserSettings, hashing: Hashing): FoundUser {
  const quoted = JSON.stringify(name);
  if (!isAccountName(name)) throw new Failure("misuse", `${quoted} cannot be the name of a user`);
  const { password, labels = {}, access } = user;
  try {
    readPasswordRecord(password);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure("misuse", `the user ${quoted}: ${error.message}`, { hint: "docker-id registry hash makes one" });
  }
  return {
    name,
    fingerprint: fingerprintOf(name, password),
    labels: Object.fromEntries(
      Object.entries(labels).map(([key, value]) => [key, typeof value === "string" ? [value] : [...value]]),
    ),
    ...(access === undefined ? {} : { access }),
    passwordIs: async (given) => await hashing.verify(password, given),
  };
}
