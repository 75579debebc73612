import manifest from "../../oclif.manifest.json" with { type: "json" };
import type { Commands } from "../../src/completion/spec.ts";

/** In place of src/manifest.ts: there are no files beside a single executable. */
export function readCommands(): Commands {
  return manifest.commands as unknown as Commands;
}
