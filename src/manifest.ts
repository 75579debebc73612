import { readFileSync } from "node:fs";
import type { Commands } from "./completion/spec.ts";

/** The commands with their flags as they were when the package was made: for completing, without loading any of them. */
export function readCommands(): Commands {
  const { commands } = JSON.parse(readFileSync(new URL("../oclif.manifest.json", import.meta.url), "utf8")) as {
    commands: Commands;
  };
  return commands;
}
