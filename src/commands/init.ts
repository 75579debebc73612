import { randomBytes } from "node:crypto";
import * as Flags from "@oclif/core/flags";
import { BaseCommand, keychainFlag } from "../base-command.ts";
import { installRootKey, readReport, readStatus } from "../client/admin.ts";
import { readGivenSecret, requireSecret } from "../config/given.ts";
import { askHidden, canAsk } from "../config/prompt.ts";
import { weaknessOf } from "../config/secret-strength.ts";
import { writeEngineSettings } from "../config/write-settings.ts";
import { Failure } from "../errors.ts";
import type { Keychain } from "../keychain/keychain.ts";
import { tryKeychain } from "../keychain/keychain.ts";
import type { KeptId } from "../keychain/kept-id.ts";
import { defaultName, forgetId, keepId, pendingName, readKeptId } from "../keychain/kept-id.ts";
import { chooseKeychain } from "../keychain/open-keychain.ts";
import { formatIdentifier, newIdentifier } from "../macaroon/identifier.ts";
import { mint } from "../macaroon/mint.ts";
import { deriveRootKey } from "../macaroon/root-key.ts";
import { serialize } from "../macaroon/serialize.ts";
import { recoverRootId, wrongSecret } from "../root-id.ts";
import type { Status } from "../protocol/admin.ts";

interface Done {
  readonly engine: string;
  readonly kid: string;
  /** False when the engine was guarded already and a lost root id was given back. */
  readonly installed: boolean;
}

/** `docker-id init`: guards an engine, or gives its lost root id back. */
export default class Init extends BaseCommand {
  static override summary = "guard this engine, and keep its root id";
  static override description =
    "Makes a root key of your secret, installs it in the verifier and keeps the root id as this engine's default. On an " +
    "engine that is guarded already, the right secret gives a lost root id back and changes nothing else. Without a " +
    "secret, and nobody to ask for one, the key is random, and no secret brings the root id back.";
  static override examples = [
    { description: "asks for the secret", command: "<%= config.bin %> init" },
    { description: "takes it from a file", command: "<%= config.bin %> init --secret @/run/secrets/docker-id" },
    { description: "on a host without a keychain", command: "<%= config.bin %> init --keychain file" },
  ];
  static override flags = {
    secret: Flags.string({
      helpValue: "-|@FILE",
      summary: "where the secret is: - for stdin, @FILE; else DOCKER_ID_SECRET, else a prompt",
    }),
    keychain: keychainFlag(),
  };

  async run(): Promise<Done> {
    const { flags } = await this.parse(Init);
    const choice = flags.keychain;
    const keychain = await this.openKeychain(choice);
    await tryKeychain(keychain, randomBytes(8).toString("hex"));

    const status = await readStatus(this.verifier);
    const done = await this.#follow(status, keychain, flags.secret);
    const server = process.env["DOCKER_ID_SERVER"];
    writeEngineSettings(this.configFolder, this.engine.name, {
      keychain: chooseKeychain(choice, process.env, this.settled.keychain),
      ...(server ? { server } : {}),
    });
    return done;
  }

  async #follow(status: Status, keychain: Keychain, given: string | undefined): Promise<Done> {
    if (status.state === "unreadable") {
      throw new Failure(
        "unreadable",
        `the verifier cannot read its own state: ${status.reason ?? "it does not say why"}`,
      );
    }
    if (status.state === "open") return await this.#install(status, keychain, await this.#findSecret(given, true));

    const pending = await readKeptId(keychain, this.engine.name, pendingName);
    const asked = given === undefined && process.env["DOCKER_ID_SECRET"] === undefined;
    if (asked && pending !== undefined && pending.kid === status.kid)
      return await this.#confirm(keychain, pending, true);
    const secret = await this.#findSecret(given, false);
    if (secret !== undefined) return await this.#recover(status, keychain, secret);
    throw new Failure("conflict", `the engine at ${this.engine.name} is guarded already`, {
      hint: "the right secret gives a lost root id back: docker-id init --secret -; docker-id destroy ends the guard",
    });
  }

  /** The key goes to the verifier only once the keychain has its root id, so that no crash can leave a guard nobody may lift. */
  async #install(status: Status, keychain: Keychain, secret: string | undefined): Promise<Done> {
    await this.requireSameEngine(status, undefined);
    const salt = secret === undefined ? undefined : randomBytes(32);
    const rootKey = secret === undefined || salt === undefined ? randomBytes(32) : await deriveRootKey(secret, salt);
    if (secret === undefined)
      this.say("no secret was given: the key is random, and nothing but the root id opens this engine");

    const { kid, nonce } = newIdentifier(randomBytes);
    const identifier = formatIdentifier({ kid, nonce });
    const text = { salt: salt?.toString("base64url"), key: Buffer.from(rootKey).toString("base64url") };
    const kept: KeptId = { id: serialize(mint({ rootKey, identifier })), kid, ...(text.salt && { salt: text.salt }) };
    await keepId(keychain, this.engine.name, pendingName, kept);
    try {
      await installRootKey(this.verifier, { kid, key: text.key, identifier, ...(text.salt && { salt: text.salt }) });
    } catch (error) {
      // Whatever the verifier answered, it did not take the key; without an answer it may have.
      if (error instanceof Failure && error.code !== "no_verifier")
        await forgetId(keychain, this.engine.name, pendingName);
      throw error;
    }
    return await this.#confirm(keychain, kept, true);
  }

  async #confirm(keychain: Keychain, kept: KeptId, installed: boolean): Promise<Done> {
    await readReport(this.verifier, kept.id);
    await keepId(keychain, this.engine.name, defaultName, kept);
    await forgetId(keychain, this.engine.name, pendingName);
    const words = installed ? "is guarded now" : "was guarded already, and its root id is back";
    this.say(
      `the engine at ${this.engine.name} ${words}; the root id is kept in ${keychain.title} as your default here`,
    );
    const { asks } = (await readStatus(this.verifier)).engine;
    if (asks === false) {
      this.say("but the engine does not ask docker-id yet, so nothing is refused: sudo docker-id install --engine");
    }
    return { engine: this.engine.name, kid: kept.kid, installed };
  }

  async #recover(status: Status, keychain: Keychain, secret: string): Promise<Done> {
    const { macaroon, kid, salt } = await recoverRootId(this.verifier, secret).catch((cause: unknown) => {
      if (!(cause instanceof Failure) || cause.code !== "not_found") throw cause;
      throw wrongSecret("this engine's key is random: no secret gives its root id back", cause);
    });
    await this.requireSameEngine(status, macaroon);
    return await this.#confirm(keychain, { id: serialize(macaroon), kid, salt }, false);
  }

  /** The secret that was given, or asked for; undefined when there is none and nobody to ask. */
  async #findSecret(given: string | undefined, fresh: boolean): Promise<string | undefined> {
    const secret = await this.#readSecret(given, fresh);
    const weakness = secret === undefined || !fresh ? undefined : weaknessOf(secret);
    if (weakness !== undefined) this.say(`the secret ${weakness}; whoever guesses it is root on the engine's host`);
    return secret;
  }

  async #readSecret(given: string | undefined, fresh: boolean): Promise<string | undefined> {
    if (given !== undefined) return await readGivenSecret(given, "--secret", (sentence) => this.say(sentence));
    const variable = process.env["DOCKER_ID_SECRET"];
    if (variable !== undefined) return requireSecret(variable, "DOCKER_ID_SECRET");
    if (!canAsk()) return undefined;
    const secret = requireSecret(await askHidden("Secret: "), "the secret");
    if (fresh && (await askHidden("Once more: ")) !== secret) throw new Failure("misuse", "the two were not the same");
    return secret;
  }
}
