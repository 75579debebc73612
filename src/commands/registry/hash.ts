import { randomBytes } from "node:crypto";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { BaseCommand } from "../../base-command.ts";
import { readGivenPassword } from "../../config/given.ts";
import { askHidden, canAsk } from "../../config/prompt.ts";
import { weaknessOf } from "../../config/secret-strength.ts";
import { Failure } from "../../errors.ts";
import { hashPassword } from "../../registry/hash-password.ts";

interface Hashed {
  readonly hash: string;
}

/** `docker-id registry hash`: stores a password for the registry door's configuration. */
export default class Hash extends BaseCommand {
  static override summary = "print the hash of a password, for a user of the registry's door";
  static override description =
    "What it prints goes under users: in the configuration, or into Vault, in place of the password. Each time it is " +
    "another one.";
  static override examples = [
    { description: "asks for the password, twice", command: "<%= config.bin %> registry hash" },
    { description: "from stdin", command: "pass show registry/alice | <%= config.bin %> registry hash -" },
  ];
  static override args = {
    password: Args.string({ ignoreStdin: true, description: "- for stdin, @FILE; else a prompt, or stdin" }),
  };
  static override flags = {
    argon2: Flags.boolean({ summary: "argon2id, in place of scrypt" }),
  };

  async run(): Promise<Hashed> {
    const { args, flags } = await this.parse(Hash);
    const password = await this.#readPassword(args.password);
    const weakness = password === "" ? undefined : weaknessOf(password);
    if (weakness !== undefined) this.say(`the password ${weakness}`);
    const hash = await hashPassword(flags.argon2 ? "argon2id" : "scrypt", password, randomBytes(16));
    this.log(hash);
    return { hash };
  }

  async #readPassword(given: string | undefined): Promise<string> {
    if (given !== undefined || !canAsk()) {
      if (given === undefined && process.stdin.isTTY) throw new Failure("misuse", "there is nobody to ask");
      return await readGivenPassword(given ?? "-", "registry hash");
    }
    const password = await askHidden("Password: ");
    if ((await askHidden("Once more: ")) === password) return password;
    throw new Failure("misuse", "the two were not the same");
  }
}
