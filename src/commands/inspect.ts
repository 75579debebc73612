import * as Args from "@oclif/core/args";
import type { PresentedId } from "../base-command.ts";
import { asFlag, BaseCommand, toPresented } from "../base-command.ts";
import { readGivenId } from "../config/given.ts";
import type { UnverifiedDescription } from "../describe-id.ts";
import { describeId } from "../describe-id.ts";
import { drawId, layersOf, type UnverifiedLayer } from "../draw-id.ts";
import { Failure } from "../errors.ts";

interface Inspected extends UnverifiedDescription {
  readonly layers: readonly UnverifiedLayer[];
  readonly verified: false;
}

/** `docker-id inspect`: what an id says of itself. */
export default class Inspect extends BaseCommand {
  static override summary = "decode an id: its layers, who narrowed what, until when";
  static override description =
    "Reads the default id or the one that is given. Nothing of it is verified, which takes the key.";
  static override examples = ["<%= config.bin %> inspect", "<%= config.bin %> inspect @id.txt"];
  static override args = {
    id: Args.string({ ignoreStdin: true, description: "an id: - for stdin, @FILE; else the default one" }),
  };

  static override flags = { as: asFlag() };

  async run(): Promise<Inspected> {
    const { args, flags } = await this.parse(Inspect);
    const { macaroon } = await this.#read(args.id, flags.as);
    const found = describeId(macaroon);
    this.say("unverified: only a verifier can tell whether this id was altered or revoked");
    for (const line of drawId(found, new Date())) this.log(line);
    const kind = found.root ? "a root id: it may do everything" : "a restricted id";
    this.log(`${kind}${found.expires === undefined ? "" : `, until ${found.expires}`}`);
    return { ...found, layers: layersOf(found), verified: false };
  }

  async #read(given: string | undefined, as: string | undefined): Promise<PresentedId> {
    if (given === undefined) return await this.requireId(undefined, as);
    if (as !== undefined) throw new Failure("misuse", "either an id or --as is given");
    return toPresented(await readGivenId(given, "inspect", (sentence) => this.say(sentence)));
  }
}
