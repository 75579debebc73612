import { configFolder } from "../config/folder.ts";
import type { EngineSettings, KeychainKind } from "../config/settings.ts";
import { readEngineSettings } from "../config/settings.ts";
import { Failure } from "../errors.ts";
import type { Keychain } from "./keychain.ts";
import { defaultName, readKeptId } from "./kept-id.ts";
import { chooseKeychain, openKeychain } from "./open-keychain.ts";

/** The id that stands for the user at an engine. */
export interface DefaultId {
  /** The token's text. */
  readonly id: string;
  readonly from: "environment" | "keychain";
}

/**
 * Gives the id of DOCKER_ID_TOKEN, else the one kept for the engine; where a name is said, the one kept under it.
 * Undefined where there is none.
 */
export async function readDefaultId(
  endpoint: string,
  environment: NodeJS.ProcessEnv,
  keychain: () => Promise<Keychain>,
  name?: string,
): Promise<DefaultId | undefined> {
  const given = name === undefined ? environment["DOCKER_ID_TOKEN"]?.trim() : undefined;
  // Taking the default instead could lend a script more than it was meant to have.
  if (given === "")
    throw new Failure("misuse", "DOCKER_ID_TOKEN is set and empty", { hint: "unset it to use the default id" });
  if (given !== undefined) return { id: given, from: "environment" };
  const kept = await readKeptId(await keychain(), endpoint, name ?? defaultName);
  return kept === undefined ? undefined : { id: kept.id, from: "keychain" };
}

/** The failure of whoever needs a default id and has none. */
export function noId(endpoint: string, name?: string): Failure {
  if (name !== undefined) {
    return new Failure("no_id", `no id is kept under the name ${name} for the engine at ${endpoint}`, {
      hint: "docker-id ls lists the names; docker-id set --as NAME - keeps an id under one",
    });
  }
  return new Failure("no_id", `no id is kept for the engine at ${endpoint}`, {
    hint: "docker-id set - keeps one that you were given; docker-id init guards an engine and makes its root id",
  });
}

/** Opens the keychain that an engine's ids are in. */
export async function openEngineKeychain(
  environment: NodeJS.ProcessEnv,
  settled: EngineSettings,
  flag?: KeychainKind,
): Promise<Keychain> {
  return await openKeychain(chooseKeychain(flag, environment, settled.keychain), configFolder(environment));
}

/** Reads what was settled for an engine. */
export function readSettled(environment: NodeJS.ProcessEnv, endpoint: string): EngineSettings {
  return readEngineSettings(configFolder(environment), endpoint);
}
