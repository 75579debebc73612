import { explainLoadFault } from "./os-faults.ts";

/** As much of keytar as is used. */
export type Keytar = Pick<
  typeof import("keytar"),
  "getPassword" | "setPassword" | "deletePassword" | "findCredentials"
>;

/**
 * Loads the addon that speaks to the OS keychain; throws Failure("no_keychain") with what it lacks. keytar itself tries
 * several places, for longer than the prebuilt one takes, and hides what each said.
 */
export function loadKeytar(): Keytar {
  // As an import it would take longer than the addon does.
  const load = process.getBuiltinModule("node:module").createRequire(import.meta.url);
  try {
    return load(`keytar/prebuilds/${process.platform}-${process.arch}/keytar.node`) as Keytar;
  } catch (cause) {
    try {
      return load("keytar") as Keytar;
    } catch {
      throw explainLoadFault(cause);
    }
  }
}
