import { BaseCommand } from "../base-command.ts";
import { becomeProgram } from "../become.ts";

/** `docker-id run`: `docker run` under an id. The entry answers it, before oclif is loaded; here is its help. */
export default class Run extends BaseCommand {
  static override summary = "docker run, under an id";
  static override description =
    "Is docker run in all that it does, with an id that no environment, argument or file of docker's holds: the default " +
    "one, or that of --id or --as, which stand where docker's flags do, before the image. docker-id docker COMMAND does " +
    "the same for docker's other commands.";
  static override usage = ["run [--id -|@FILE | --as NAME] [docker run's flags] IMAGE [COMMAND…]"];
  static override examples = [
    { description: "under the default id", command: "<%= config.bin %> run --rm -it ubuntu bash" },
    { description: "under another", command: "<%= config.bin %> run --id @ci.txt --rm alpine true" },
  ];
  static override strict = false;
  static override enableJsonFlag = false;

  run(): Promise<never> {
    return becomeProgram([...BaseCommand.dockerFlags.raw, "run", ...this.argv]);
  }
}
