import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../errors.ts";

/** Where ids are kept. */
export const keychains = ["os", "file"] as const;
export type KeychainKind = (typeof keychains)[number];

/** What was settled for one engine. */
export interface EngineSettings {
  /** Where the verifier's admin door is, `unix:///…`. */
  readonly server?: string;
  readonly keychain?: KeychainKind;
}

/** What was settled for one registry, which docker is given narrowed ids for. */
export interface RegistrySettings {
  /** The service by which the registry's tokens are asked for. */
  readonly service: string;
  /** The engine whose ids they are, in the spelling under which ids are kept; docker's own choice unless given. */
  readonly engine?: string;
  /** How long one may be used, as a person types it. */
  readonly expires?: string;
}

/** The user's settings: by endpoint, in the spelling under which ids are kept, and by a registry's host. */
export interface Settings {
  readonly engines: Readonly<Record<string, EngineSettings>>;
  readonly registries: Readonly<Record<string, string | RegistrySettings>>;
}

/** The file's name without its ending. */
export const settingsName = "config";

/** Reads the settings of one engine without loading what writes them; nothing settled where there is no file. */
export function readEngineSettings(folder: string, endpoint: string): EngineSettings {
  const engine = fieldOf(fieldOf(readSettings(folder), "engines"), endpoint);
  const server = fieldOf(engine, "server");
  const keychain = fieldOf(engine, "keychain");
  return {
    ...(typeof server === "string" ? { server } : {}),
    ...(keychain === "os" || keychain === "file" ? { keychain } : {}),
  };
}

/** Reads what was settled for registries, by host; one that does not say its service is none. */
export function readRegistries(folder: string): Readonly<Record<string, RegistrySettings>> {
  const registries = fieldOf(readSettings(folder), "registries");
  if (typeof registries !== "object" || registries === null) return {};
  const read = Object.entries(registries).flatMap(([host, settled]: [string, unknown]) => {
    const service = typeof settled === "string" ? settled : fieldOf(settled, "service");
    if (typeof service !== "string" || service === "") return [];
    const [engine, expires] = [fieldOf(settled, "engine"), fieldOf(settled, "expires")];
    const more = {
      ...(typeof engine === "string" ? { engine } : {}),
      ...(typeof expires === "string" ? { expires } : {}),
    };
    return [[host, { service, ...more }] as const];
  });
  return Object.fromEntries(read);
}

function readSettings(folder: string): unknown {
  const path = join(folder, `${settingsName}.json`);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Failure("failed", `${path} cannot be read as JSON`, { hint: "mend it, or move it away", cause });
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
