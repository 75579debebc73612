/** Somewhere that keeps short secrets by account. Every method rejects with Failure("no_keychain") when it cannot be used. */
export interface Keychain {
  /** `the OS keychain` or the file's path, for people. */
  readonly title: string;
  /** The secret; undefined when the keychain can be read and has none for the account. */
  get(account: string): Promise<string | undefined>;
  /** Keeps a secret, and has read it back when this resolves. */
  set(account: string, secret: string): Promise<void>;
  /** Forgets it; false when there was none. */
  delete(account: string): Promise<boolean>;
  /** All accounts that hold something of docker-id's. */
  list(): Promise<readonly string[]>;
}

/** The name under which ids are kept where the keychain holds those of other programs too. */
export const service = "docker-id";

/** Writes, reads and deletes something worthless; rejects with Failure("no_keychain") when any of it fails. */
export async function tryKeychain(keychain: Keychain, random: string): Promise<void> {
  const account = `probe#${random}`;
  await keychain.set(account, random);
  await keychain.delete(account);
}
