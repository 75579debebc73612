import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { getRawAsset } from "node:sea";

/**
 * Loads an addon that is in the executable under that name. It can only be loaded from a file, which is gone once it is;
 * throws what the last place said in which that was tried.
 */
export function loadAddon(asset: string): unknown {
  let cause: unknown;
  for (const place of places()) {
    try {
      return loadThrough(place, asset);
    } catch (error) {
      cause = error;
      // There is no use in another place where a library is missing
      if (error instanceof Error && /cannot open shared object file/.test(error.message)) break;
    }
  }
  throw cause;
}

/** Folders of which one or another may not exist, not be writable, or be mounted without execution. */
function places(): string[] {
  const runtime = process.env["XDG_RUNTIME_DIR"];
  return [...(runtime === undefined || runtime === "" ? [] : [runtime]), tmpdir(), homedir(), "/var/tmp", "/dev/shm"];
}

function loadThrough(place: string, asset: string): unknown {
  // Random, and nobody else may look into it
  const folder = mkdtempSync(join(place, ".docker-id-"));
  try {
    const file = join(folder, asset);
    writeFileSync(file, Buffer.from(getRawAsset(asset)), { flag: "wx", mode: 0o500 });
    const loaded = { exports: {} };
    process.dlopen(loaded, file);
    return loaded.exports;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
