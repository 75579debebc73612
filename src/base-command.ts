import { Command } from "@oclif/core/command";
import * as Flags from "@oclif/core/flags";
import type { DockerFlags } from "./argv.ts";
import { writeCaveat } from "./caveats/vocabulary.ts";
import type { VerifierAddress } from "./client/find-verifier.ts";
import { findVerifier } from "./client/find-verifier.ts";
import { requireSameEngine } from "./client/same-engine.ts";
import { configFolder } from "./config/folder.ts";
import { readGivenId } from "./config/given.ts";
import { type EngineSettings, type KeychainKind, keychains } from "./config/settings.ts";
import type { Endpoint } from "./docker-cli/endpoint.ts";
import { findEndpoint } from "./docker-cli/endpoint.ts";
import { noId, openEngineKeychain, readDefaultId, readSettled } from "./keychain/default-id.ts";
import type { Keychain } from "./keychain/keychain.ts";
import { admitName } from "./keychain/kept-id.ts";
import { attenuate } from "./macaroon/attenuate.ts";
import type { Macaroon } from "./macaroon/macaroon.ts";
import { parse } from "./macaroon/parse.ts";
import { serialize } from "./macaroon/serialize.ts";
import type { Status } from "./protocol/admin.ts";
import { say } from "./talk.ts";

/** An id, read but not verified, and its one text. */
export interface PresentedId {
  readonly macaroon: Macaroon;
  readonly text: string;
}

/** `--as NAME`, of commands that work with an id that is kept. */
export function asFlag() {
  return Flags.string({
    helpValue: "NAME",
    summary: "the id that is kept under this name, in place of the default one",
    exclusive: ["id"],
  });
}

/** The flag of those that keep an id. */
export function keychainFlag() {
  return Flags.custom<KeychainKind>({
    options: [...keychains],
    summary: "where to keep this engine's ids from now on: the OS keychain, or a file that only you can read",
  })();
}

/**
 * What every command inherits: `--json`, the engine that docker would speak to, and what goes with it. Its errors are
 * told by the entry, which turns them into an exit status.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  /** docker's own flags before the command; the entry sets them. */
  static dockerFlags: DockerFlags = { raw: [] };

  #engine: Endpoint | undefined;
  #settled: EngineSettings | undefined;

  /** The engine that is meant. */
  protected get engine(): Endpoint {
    return (this.#engine ??= findEndpoint(BaseCommand.dockerFlags, process.env));
  }

  /** What was settled for it. */
  protected get settled(): EngineSettings {
    return (this.#settled ??= readSettled(process.env, this.engine.name));
  }

  /** The verifier that goes with it; throws Failure("no_verifier") when nobody has said which. */
  protected get verifier(): VerifierAddress {
    return findVerifier(this.engine, process.env["DOCKER_ID_SERVER"], this.settled.server);
  }

  protected get configFolder(): string {
    return configFolder(process.env);
  }

  /** The keychain that its ids are in. */
  protected async openKeychain(flag?: KeychainKind): Promise<Keychain> {
    return await openEngineKeychain(process.env, this.settled, flag);
  }

  /** The id that `--id` gives, or that is kept under the name of `--as`, else the default one; undefined where there is none. */
  protected async findId(given: string | undefined, as?: string): Promise<PresentedId | undefined> {
    if (given !== undefined) return toPresented(await readGivenId(given, "--id", say));
    const name = as === undefined ? undefined : admitName(as);
    const found = await readDefaultId(this.engine.name, process.env, () => this.openKeychain(), name);
    return found === undefined ? undefined : toPresented(found.id);
  }

  /** The same; rejects with Failure("no_id") where there is none. */
  protected async requireId(given: string | undefined, as?: string): Promise<PresentedId> {
    const found = await this.findId(given, as);
    if (found === undefined) throw noId(this.engine.name, as);
    return found;
  }

  /**
   * Makes sure that this verifier guards this very engine, before anything is changed. Where the engine itself has to be
   * asked, it is shown an id that is good for nothing else.
   */
  protected async requireSameEngine(status: Status, id: Macaroon | undefined): Promise<void> {
    await requireSameEngine(this.engine, status.engine, () => {
      if (id === undefined) return undefined;
      const caveats = [
        ["op", "read"],
        ["action", "system.info"],
        ["expires", "60"],
      ] as const;
      const now = new Date();
      return serialize(
        attenuate(
          id,
          caveats.map(([name, value]) => writeCaveat(name, value, now)),
        ),
      );
    });
  }

  /** Tells the person something beside the data. */
  protected say(sentence: string): void {
    say(sentence);
  }

  protected override async catch(error: Error): Promise<never> {
    throw error;
  }
}

/** Reads an id's text strictly. */
export function toPresented(text: string): PresentedId {
  const macaroon = parse(text);
  return { macaroon, text: serialize(macaroon) };
}
