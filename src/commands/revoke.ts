import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { asFlag, BaseCommand, toPresented } from "../base-command.ts";
import { admitLink } from "../caveats/link.ts";
import { readStatus, revoke } from "../client/admin.ts";
import { readGivenId } from "../config/given.ts";
import { Failure } from "../errors.ts";
import type { Revoke as Wish, Revoked } from "../protocol/admin.ts";

/** `docker-id revoke`: takes an id back, and everything that grew from it. */
export default class Revoke extends BaseCommand {
  static override summary = "take back an id, with everything narrowed from it";
  static override description =
    "Names the id itself, or the link that create gave it (which only the root id may). An ancestor of an id may take it " +
    "back: the default id, or --id. It holds at once and for good.";
  static override examples = [
    { description: "by its link", command: "<%= config.bin %> revoke 1893456000.0123456789abcdef01234567" },
    { description: "the id itself, from a file", command: "<%= config.bin %> revoke @id.txt" },
  ];
  static override args = {
    id: Args.string({ required: true, ignoreStdin: true, description: "a link, or an id: - for stdin, @FILE" }),
  };
  static override flags = {
    id: Flags.string({ helpValue: "-|@FILE", summary: "the id that takes it back, in place of the default one" }),
    as: asFlag(),
  };

  async run(): Promise<Revoked> {
    const { args, flags } = await this.parse(Revoke);
    const wish = await this.#readWish(args.id);
    const id = await this.requireId(flags.id, flags.as);
    await this.requireSameEngine(await readStatus(this.verifier), id.macaroon);
    const revoked = await revoke(this.verifier, id.text, wish);
    this.say(`${revoked.link ?? "the id"} is taken back, with everything narrowed from it`);
    return revoked;
  }

  async #readWish(given: string): Promise<Wish> {
    if (/^\d+\./.test(given)) return { link: admitLink(given) };
    const text = await readGivenId(given, "revoke", (sentence) => this.say(sentence));
    if (text === "") throw new Failure("misuse", "neither a link nor an id was given");
    return { id: toPresented(text).text };
  }
}
