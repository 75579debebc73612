import type { Command } from "@oclif/core/command";

/** Every command by its id; build.ts writes what stands here from the folder, so that none can be forgotten. */
export const commands: Readonly<Record<string, () => Promise<{ readonly default: Command.Class }>>> = {};
