import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { getRawAsset } from "node:sea";
import type { Keytar } from "../../src/keychain/load-keytar.ts";
import { explainLoadFault } from "../../src/keychain/os-faults.ts";

/** Under which the addon is in the executable. */
export const addonAsset = "keytar.node";

/** In place of src/keychain/load-keytar.ts: an addon can only be loaded from a file, which is gone once it is. */
export function loadKeytar(): Keytar {
  let cause: unknown;
  for (const place of places()) {
    try {
      return loadThrough(place);
    } catch (error) {
      cause = error;
      // There is no use in another place where a library is missing
      if (error instanceof Error && /cannot open shared object file/.test(error.message)) break;
    }
  }
  throw explainLoadFault(cause);
}

/** Folders of which one or another may not exist, not be writable, or be mounted without execution. */
function places(): string[] {
  const runtime = process.env["XDG_RUNTIME_DIR"];
  return [...(runtime === undefined || runtime === "" ? [] : [runtime]), tmpdir(), homedir(), "/var/tmp", "/dev/shm"];
}

function loadThrough(place: string): Keytar {
  // Random, and nobody else may look into it
  const folder = mkdtempSync(join(place, ".docker-id-"));
  try {
    const file = join(folder, addonAsset);
    writeFileSync(file, Buffer.from(getRawAsset(addonAsset)), { flag: "wx", mode: 0o500 });
    const loaded = { exports: {} };
    process.dlopen(loaded, file);
    return loaded.exports as Keytar;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
