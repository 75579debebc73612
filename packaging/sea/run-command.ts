import type { Command } from "@oclif/core/command";
import { Plugin } from "@oclif/core/config";
import { run } from "@oclif/core/run";
import type { DockerFlags } from "../../src/argv.ts";
import { BaseCommand } from "../../src/base-command.ts";
import { readCommands } from "../../src/manifest.ts";
import { commands } from "./commands.ts";
import { name, oclif, version } from "./package.ts";

/** In place of src/run-command.ts: oclif finds the commands in a map, and looks for no files. */
export async function runCommand(argv: readonly string[], dockerFlags: DockerFlags): Promise<void> {
  BaseCommand.dockerFlags = dockerFlags;
  const root = "/";
  // JSON has no literal types
  const pjson = { name, version, oclif: { ...oclif, topicSeparator: " " as const } };
  const plugin = new Plugin({ root, pjson: pjson, isRoot: true });
  Object.assign(plugin, {
    _manifest: async () => {
      await Promise.resolve();
      return { version, commands: readCommands() };
    },
    findCommand: async (id: string): Promise<Command.Class> => await load(id, plugin),
  });
  await plugin.load();
  const plugins = new Map([[plugin.name, plugin]]);
  await run([...argv], {
    root,
    pjson: pjson,
    plugins: plugins,
    devPlugins: false,
    userPlugins: false,
  });
}

async function load(id: string, plugin: Plugin): Promise<Command.Class> {
  const found = Object.hasOwn(commands, id) ? await commands[id]?.() : undefined;
  if (found === undefined) throw new Error(`there is no command ${id}`);
  return Object.assign(found.default, { id, plugin });
}
