import { asFlag, BaseCommand } from "../base-command.ts";

interface Shown {
  readonly engine: string;
  readonly id: string;
}

/** `docker-id show`: the default id, alone on stdout. The entry answers the plain call itself, before oclif is loaded. */
export default class Show extends BaseCommand {
  static override summary = "print this engine's default id";
  static override description = "Prints DOCKER_ID_TOKEN where it is set, else the id that is kept for this engine.";
  static override examples = ["<%= config.bin %> show", "<%= config.bin %> show --as ci"];
  static override flags = { as: asFlag() };

  async run(): Promise<Shown> {
    const { flags } = await this.parse(Show);
    const { text } = await this.requireId(undefined, flags.as);
    this.log(text);
    return { engine: this.engine.name, id: text };
  }
}
