import { Failure } from "../errors.ts";
import type { Keychain } from "./keychain.ts";
import { service } from "./keychain.ts";
import { type Keytar, loadKeytar } from "./load-keytar.ts";
import { explainFault, lateFault, lockedFault } from "./os-faults.ts";
import { within } from "./time-limit.ts";

/** Windows keeps 2 560 bytes of UTF-16. */
const longestOnWindows = 1200;

/** The keychain of the desktop or system, through keytar; its addon is loaded at the first question. */
export function osKeychain(timeoutMs = 3000): Keychain {
  let loaded: Keytar | undefined;
  const ask = async <T>(question: (keytar: Keytar) => Promise<T>): Promise<T> => {
    loaded ??= loadKeytar();
    const answer = question(loaded).catch((cause: unknown) => {
      throw explainFault(cause);
    });
    return await within(timeoutMs, answer, () => lateFault(timeoutMs));
  };

  /** A locked keyring answers as if it were empty; only writing tells the two apart. */
  const proveUnlocked = async (): Promise<void> => {
    if (process.platform !== "linux") return;
    const account = `probe#${crypto.randomUUID()}`;
    await ask((keytar) => keytar.setPassword(service, account, "probe"));
    if (!(await ask((keytar) => keytar.deletePassword(service, account)))) throw lockedFault();
  };

  return {
    title: "the OS keychain",
    async get(account) {
      const found = await ask((keytar) => keytar.getPassword(service, account));
      if (found === null) await proveUnlocked();
      return found ?? undefined;
    },
    async set(account, secret) {
      if (process.platform === "win32" && secret.length > longestOnWindows) {
        throw new Failure("no_keychain", "the id is too long for the Windows keychain", {
          hint: "choose --keychain file for it",
        });
      }
      await ask((keytar) => keytar.setPassword(service, account, secret));
      if ((await ask((keytar) => keytar.getPassword(service, account))) !== secret) {
        throw new Failure("no_keychain", "the OS keychain did not keep what it was given");
      }
    },
    async delete(account) {
      const done = await ask((keytar) => keytar.deletePassword(service, account));
      if (!done) await proveUnlocked();
      return done;
    },
    async list() {
      // On a locked keyring that has items the addon's search ends the whole process.
      await proveUnlocked();
      const found = await ask((keytar) => keytar.findCredentials(service));
      return found.map(({ account }) => account).filter((account) => !account.startsWith("probe#"));
    },
  };
}
