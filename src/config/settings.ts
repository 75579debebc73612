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

/** The user's settings: by endpoint, in the spelling under which ids are kept. */
export interface Settings {
  readonly engines: Readonly<Record<string, EngineSettings>>;
}

/** The file's name without its ending. */
export const settingsName = "config";

/** Reads the settings of one engine without loading what writes them; nothing settled where there is no file. */
export function readEngineSettings(folder: string, endpoint: string): EngineSettings {
  const path = join(folder, `${settingsName}.json`);
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new Failure("failed", `${path} cannot be read as JSON`, { hint: "mend it, or move it away", cause });
  }
  const engines = fieldOf(settings, "engines");
  const engine = fieldOf(engines, endpoint);
  const server = fieldOf(engine, "server");
  const keychain = fieldOf(engine, "keychain");
  return {
    ...(typeof server === "string" ? { server } : {}),
    ...(keychain === "os" || keychain === "file" ? { keychain } : {}),
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
