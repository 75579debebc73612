import type { UserSettings, UsersSettings, VaultSettings } from "../../registry/settings-types.ts";

export type { UserSettings, UsersSettings, VaultSettings };

/** A user of one service as a backend has it now. */
export interface FoundUser {
  readonly name: string;
  /** 32 bytes that are others once the stored password is. */
  readonly fingerprint: Uint8Array;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** godoauth's access string of this user. */
  readonly access?: string;
  /** Rejects with Failure("failed") when too many passwords wait to be hashed. */
  passwordIs(password: string): Promise<boolean>;
}

/** The users of one service. */
export interface Users {
  /** The user of that name; rejects with Failure("failed") when the backend cannot be asked. */
  find(name: string): Promise<FoundUser | undefined>;
  /**
   * Takes as long for a name that nobody has as a wrong password takes for a user's, so that the time does not tell who
   * exists; call it where `find` gave undefined. Rejects as `passwordIs` does.
   */
  dummy(name: string, password: string): Promise<void>;
  close(): void;
}

/** Hashes passwords off the main thread, so many at once, and lets so many wait. */
export interface Hashing {
  /**
   * Whether the password makes the stored scrypt, argon2 or bcrypt hash; false for one of more than 1024 bytes, or 72 and
   * bcrypt. Rejects with Failure("misuse") for another record, Failure("failed") when too many wait.
   */
  verify(stored: string, password: string): Promise<boolean>;
  /** Takes as long as `verify` for a user of that name with a hash like that one, or like what `registry hash` writes. */
  dummy(password: string, instead?: { readonly name: string; readonly like?: string }): Promise<void>;
}
