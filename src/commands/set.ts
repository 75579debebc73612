import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { BaseCommand, toPresented } from "../base-command.ts";
import { readReport, readStatus } from "../client/admin.ts";
import { pingEngine } from "../client/engine.ts";
import { readGivenId } from "../config/given.ts";
import type { KeychainKind } from "../config/settings.ts";
import { keychains } from "../config/settings.ts";
import { writeEngineSettings } from "../config/write-settings.ts";
import type { PresentedId } from "../base-command.ts";
import { Failure } from "../errors.ts";
import { defaultName, keepId, readKeptId } from "../keychain/kept-id.ts";
import { chooseKeychain } from "../keychain/open-keychain.ts";
import { parseIdentifier } from "../macaroon/identifier.ts";

interface Kept {
  readonly engine: string;
  /** False when neither verifier nor engine could say what the id is worth. */
  readonly verified: boolean;
}

/** `docker-id set`: makes an id the default of this engine. */
export default class Set extends BaseCommand {
  static override summary = "make an id the default for this engine";
  static override description =
    "Keeps the id once the verifier, or else the engine itself, has found it good; when neither can be asked it is kept " +
    "with a warning.";
  static override examples = [
    { description: "from stdin", command: "<%= config.bin %> set - < id.txt" },
    { description: "from a file", command: "<%= config.bin %> set @id.txt" },
  ];
  static override args = {
    id: Args.string({ required: true, ignoreStdin: true, description: "the id: - for stdin, @FILE" }),
  };

  static override flags = {
    keychain: Flags.string({
      options: [...keychains],
      summary: "where to keep this engine's ids from now on: the OS keychain, or a file that only you can read",
    }),
  };

  async run(): Promise<Kept> {
    const { args, flags } = await this.parse(Set);
    const choice = flags.keychain as KeychainKind | undefined;
    const id = toPresented(await readGivenId(args.id, "set", (sentence) => this.say(sentence)));
    const kid = parseIdentifier(id.macaroon.identifier)?.kid;
    if (kid === undefined) throw new Failure("refused", "the id was not minted by docker-id");

    const verified = (await this.#askVerifier(id)) || (await this.#askEngine(id));
    if (!verified)
      this.say("neither a verifier nor the engine could say whether this id is good; it is kept unverified");

    const keychain = await this.openKeychain(choice);
    const before = await readKeptId(keychain, this.engine.name, defaultName).catch(() => undefined);
    const salt = before?.kid === kid ? before.salt : undefined;
    await keepId(keychain, this.engine.name, defaultName, {
      id: id.text,
      kid,
      ...(salt === undefined ? {} : { salt }),
    });
    writeEngineSettings(this.configFolder, this.engine.name, {
      keychain: chooseKeychain(choice, process.env, this.settled.keychain),
    });
    this.say(`the id is kept in ${keychain.title} as the default for ${this.engine.name}`);
    return { engine: this.engine.name, verified };
  }

  /** True when it is good, false when this verifier cannot be asked about this engine; rejects when it is not good. */
  async #askVerifier({ macaroon, text }: PresentedId): Promise<boolean> {
    try {
      const status = await readStatus(this.verifier);
      await this.requireSameEngine(status, macaroon);
      const { expired, revoked } = await readReport(this.verifier, text);
      if (revoked) throw new Failure("refused", "the id was revoked");
      if (expired) throw new Failure("refused", "the id has expired");
      return true;
    } catch (error) {
      if (error instanceof Failure && (error.code === "no_verifier" || error.code === "wrong_engine")) return false;
      throw error;
    }
  }

  /** An engine that lets anyone in says nothing about an id. */
  async #askEngine({ text }: PresentedId): Promise<boolean> {
    try {
      if ((await pingEngine(this.engine, undefined)) !== "refused") return false;
      const reception = await pingEngine(this.engine, text);
      if (reception === "refused") throw new Failure("refused", "the engine refuses this id");
      return reception === "admitted";
    } catch (error) {
      if (error instanceof Failure && error.code === "no_engine") return false;
      throw error;
    }
  }
}
