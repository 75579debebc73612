import { join } from "node:path";
import * as Args from "@oclif/core/args";
import { BaseCommand } from "../base-command.ts";
import { settingsName } from "../config/settings.ts";
import { completionScript } from "../shell/completions.ts";
import { dockerFunction } from "../shell/docker-function.ts";
import { quoteWord } from "../shell/quote.ts";
import { startCommand } from "../start-command.ts";

const shells = ["bash", "zsh"] as const;
type Shell = (typeof shells)[number];

/** `docker-id shell-init`: what makes `docker --id ID …` work in a shell. */
export default class ShellInit extends BaseCommand {
  static override summary = "print what makes docker --id ID … work in bash or zsh";
  static override description =
    "Defines docker as a function, by which --id and --as may stand before the image of any docker command, and by which " +
    "plain docker goes under the default id of its engine where one is kept; and completes docker-id. command docker is " +
    "docker without it.";
  static override examples = [
    { description: "in ~/.bashrc or ~/.zshrc", command: 'eval "$(<%= config.bin %> shell-init)"' },
    { description: "and then", command: 'docker run --rm -i --id "$ID" -t ubuntu bash' },
  ];
  static override args = {
    shell: Args.string({
      ignoreStdin: true,
      options: [...shells],
      description: "which shell; else whichever reads it",
    }),
  };

  async run(): Promise<{ readonly script: string }> {
    const { args } = await this.parse(ShellInit);
    const scripts = { bash: this.#write("bash"), zsh: this.#write("zsh") };
    const script = args.shell === undefined ? either(scripts) : scripts[args.shell as Shell];
    this.log(script.trimEnd());
    return { script };
  }

  #write(shell: Shell): string {
    const start = startCommand();
    const settings = join(this.configFolder, `${settingsName}.json`);
    return `${dockerFunction(shell, { start, settings })}${completionScript(shell, start)}`;
  }
}

/** For whichever of them reads it: the other's is a word to it. */
function either(scripts: Readonly<Record<Shell, string>>): string {
  const [bash, zsh] = [quoteWord("bash", scripts.bash), quoteWord("zsh", scripts.zsh)];
  return `if [ -n "\${ZSH_VERSION-}" ]; then eval ${zsh}
elif [ -n "\${BASH_VERSION-}" ]; then eval ${bash}
else echo 'docker-id: shell-init is for bash and zsh' >&2
fi
`;
}
