import { run } from "@oclif/core/run";
import type { DockerFlags } from "./argv.ts";
import { BaseCommand } from "./base-command.ts";

/** Hands the words to oclif, which finds the command; rejects with whatever the command rejects with. */
export async function runCommand(argv: readonly string[], dockerFlags: DockerFlags): Promise<void> {
  BaseCommand.dockerFlags = dockerFlags;
  await run([...argv], import.meta.url);
}
