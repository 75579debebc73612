import { resolve } from "node:path";
import * as Flags from "@oclif/core/flags";
import { asFlag, BaseCommand } from "../base-command.ts";
import { followId } from "../forwarder/follow-id.ts";
import { openForwarder } from "../forwarder/forwarder.ts";
import { makeRoom } from "../forwarder/kept-socket.ts";
import { findIdText } from "../id-text.ts";

/** `docker-id socket`: keeps a socket that stands for the engine, under an id. */
export default class Socket extends BaseCommand {
  static override summary = "keep a socket that speaks with the engine under an id, until it is ended";
  static override description =
    "Whoever may open it has the id at this engine, and nothing more: it is made for this user alone (0600). Without --id " +
    "it follows the id that is kept: another one is used as soon as it is kept. exec and run need none, and have their " +
    "own. Ends on SIGTERM or Ctrl-C, and takes the socket with it.";
  static override examples = [
    {
      description: "for an IDE, or a dashboard",
      command: '<%= config.bin %> socket --id @reader.txt --path "$XDG_RUNTIME_DIR/reader.sock"',
    },
  ];
  static override flags = {
    id: Flags.string({ helpValue: "-|@FILE", summary: "the id, in place of the default one" }),
    as: asFlag(),
    path: Flags.string({ required: true, helpValue: "PATH", summary: "where the socket is to be" }),
  };

  async run(): Promise<{ readonly socket: string; readonly engine: string }> {
    const { flags } = await this.parse(Socket);
    const { id: given, as, path } = flags;
    const socket = resolve(path);
    const { engine } = this;
    const which = { ...(given === undefined ? {} : { id: given }), ...(as === undefined ? {} : { as }) };
    // Read at once: without an id there is no socket
    const first = await findIdText(which, engine, process.env);
    const fixed = given !== undefined || (as === undefined && process.env["DOCKER_ID_TOKEN"] !== undefined);
    const id = fixed ? () => Promise.resolve(first) : followId(() => findIdText(which, engine, process.env));
    await makeRoom(socket);
    const ended = signalled();
    const forwarder = await openForwarder({ socket, engine, id });
    this.log(`unix://${socket}`);
    this.say(`speaks with ${engine.name} under an id, until it is ended`);
    await ended;
    forwarder.close();
    return { socket, engine: engine.name };
  }
}

async function signalled(): Promise<void> {
  // Node would open itself to a debugger
  process.on("SIGUSR1", () => undefined);
  await new Promise((done) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, done);
  });
}
