import { BaseCommand } from "../base-command.ts";
import { becomeProgram } from "../become.ts";

/** `docker-id exec`: any program under an id. The entry answers it, before oclif is loaded; here is its help. */
export default class Exec extends BaseCommand {
  static override summary = "run any program with an engine that it reaches under an id";
  static override description =
    "The program finds in DOCKER_HOST a socket that this user alone may open, which adds the id to whatever is asked " +
    "through it and is gone when the program has ended: for docker-compose, buildx, SDKs, test runners, scripts. It " +
    "becomes the program itself: process number, signals, exit status, terminal and open files are as if docker-id were " +
    "not there.";
  static override usage = ["exec [--id -|@FILE | --as NAME] -- COMMAND [ARGUMENT…]"];
  static override examples = [
    { description: "under the default id", command: "<%= config.bin %> exec -- docker-compose up" },
    { description: "a script that may only read", command: "<%= config.bin %> exec --as reader -- ./report.sh" },
  ];
  static override strict = false;
  static override enableJsonFlag = false;

  run(): Promise<never> {
    return becomeProgram([...BaseCommand.dockerFlags.raw, "exec", ...this.argv]);
  }
}
