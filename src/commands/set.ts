import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { BaseCommand, keychainFlag, toPresented } from "../base-command.ts";
import { readReport, readStatus } from "../client/admin.ts";
import { pingEngine } from "../client/engine.ts";
import { readGivenId } from "../config/given.ts";
import { askHidden, canAsk } from "../config/prompt.ts";
import type { KeychainKind } from "../config/settings.ts";
import { writeEngineSettings } from "../config/write-settings.ts";
import type { PresentedId } from "../base-command.ts";
import { Failure } from "../errors.ts";
import { noId } from "../keychain/default-id.ts";
import { admitName, defaultName, forgetId, keepId, readKeptId } from "../keychain/kept-id.ts";
import { chooseKeychain } from "../keychain/open-keychain.ts";
import { parseIdentifier } from "../macaroon/identifier.ts";

interface Forgotten {
  readonly engine: string;
  readonly name: string;
  readonly forgotten: true;
}

interface Kept {
  readonly engine: string;
  readonly name: string;
  /** False when neither verifier nor engine could say what the id is worth. */
  readonly verified: boolean;
}

/** `docker-id set`: makes an id the default of this engine. */
export default class Set extends BaseCommand {
  static override summary = "make an id the default for this engine, or keep it under a name";
  static override description =
    "Keeps the id once the verifier, or else the engine itself, has found it good; when neither can be asked it is kept " +
    "with a warning.";
  static override examples = [
    { description: "from stdin", command: "<%= config.bin %> set - < id.txt" },
    { description: "from a file", command: "<%= config.bin %> set @id.txt" },
    { description: "beside the default one", command: "<%= config.bin %> set --as ci @ci.txt" },
  ];
  static override args = {
    id: Args.string({ ignoreStdin: true, description: "the id: - for stdin, @FILE; else a prompt" }),
  };

  static override flags = {
    as: Flags.string({ helpValue: "NAME", summary: "keep it under this name, beside the default one" }),
    forget: Flags.boolean({ summary: "forget the id that is kept, in place of keeping one" }),
    keychain: keychainFlag(),
  };

  async run(): Promise<Kept | Forgotten> {
    const { args, flags } = await this.parse(Set);
    const choice = flags.keychain;
    const name = flags.as === undefined ? defaultName : admitName(flags.as);
    if (flags.forget) return await this.#forget(name, args.id, choice);
    const id = toPresented(await this.#readId(args.id));
    const kid = parseIdentifier(id.macaroon.identifier)?.kid;
    if (kid === undefined) throw new Failure("refused", "the id was not minted by docker-id");

    const verified = (await this.#askVerifier(id)) || (await this.#askEngine(id));
    if (!verified)
      this.say("neither a verifier nor the engine could say whether this id is good; it is kept unverified");

    const keychain = await this.openKeychain(choice);
    const before = await readKeptId(keychain, this.engine.name, name).catch(() => undefined);
    const salt = before?.kid === kid ? before.salt : undefined;
    await keepId(keychain, this.engine.name, name, {
      id: id.text,
      kid,
      ...(salt === undefined ? {} : { salt }),
    });
    writeEngineSettings(this.configFolder, this.engine.name, {
      keychain: chooseKeychain(choice, process.env, this.settled.keychain),
    });
    const place = name === defaultName ? "as the default" : `under the name ${name}`;
    this.say(`the id is kept in ${keychain.title} ${place} for ${this.engine.name}`);
    return { engine: this.engine.name, name, verified };
  }

  async #readId(given: string | undefined): Promise<string> {
    if (given !== undefined) return await readGivenId(given, "set", (sentence) => this.say(sentence));
    if (!canAsk()) throw new Failure("misuse", "no id was given", { hint: "docker-id set - reads it from stdin" });
    return (await askHidden("Id: ")).trim();
  }

  async #forget(name: string, given: string | undefined, choice: KeychainKind | undefined): Promise<Forgotten> {
    if (given !== undefined) throw new Failure("misuse", "either an id or --forget is given");
    const keychain = await this.openKeychain(choice);
    if (!(await forgetId(keychain, this.engine.name, name))) throw noId(this.engine.name, name);
    this.say(`${keychain.title} keeps it no longer; docker-id revoke takes an id back from whoever has it`);
    return { engine: this.engine.name, name, forgotten: true };
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
