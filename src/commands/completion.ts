import * as Args from "@oclif/core/args";
import { BaseCommand } from "../base-command.ts";
import { completionScript } from "../shell/completions.ts";
import { type Shell, shells } from "../shell/shells.ts";
import { startCommand } from "../start-command.ts";

/** `docker-id completion`: what teaches a shell to complete docker-id. */
export default class Completion extends BaseCommand {
  static override summary = "print the script by which a shell completes docker-id";
  static override description = "shell-init prints it too. docker id … is completed by docker's own script.";
  static override examples = [
    { description: "in ~/.bashrc", command: 'eval "$(<%= config.bin %> completion bash)"' },
    { description: "in ~/.zshrc, after compinit", command: 'eval "$(<%= config.bin %> completion zsh)"' },
    { description: "in ~/.config/fish/config.fish", command: "<%= config.bin %> completion fish | source" },
  ];
  static override args = {
    shell: Args.string({ required: true, ignoreStdin: true, options: [...shells], description: "which shell" }),
  };

  async run(): Promise<{ readonly script: string }> {
    const { args } = await this.parse(Completion);
    const script = completionScript(args.shell as Shell, startCommand());
    this.log(script.trimEnd());
    return { script };
  }
}
