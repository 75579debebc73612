import type { Keytar } from "../../src/keychain/load-keytar.ts";
import { explainLoadFault } from "../../src/keychain/os-faults.ts";
import { loadAddon } from "./load-addon.ts";

/** In place of src/keychain/load-keytar.ts: the addon is in the executable. */
export function loadKeytar(): Keytar {
  try {
    return loadAddon("keytar.node") as Keytar;
  } catch (error) {
    throw explainLoadFault(error);
  }
}
