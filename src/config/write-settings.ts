import Conf from "conf";
import { Failure } from "../errors.ts";
import type { EngineSettings, Settings } from "./settings.ts";
import { readEngineSettings, settingsName } from "./settings.ts";

/** Settles something for one engine, and keeps what was settled before. */
export function writeEngineSettings(folder: string, endpoint: string, settled: EngineSettings): void {
  const before = readEngineSettings(folder, endpoint);
  const after = { ...before, ...settled };
  if (before.keychain === after.keychain && before.server === after.server) return;
  try {
    const conf = new Conf<Settings>({
      projectName: "docker-id",
      projectSuffix: "",
      cwd: folder,
      configName: settingsName,
      configFileMode: 0o600,
      // Endpoints are full of dots.
      accessPropertiesByDotNotation: false,
      defaults: { engines: {} },
    });
    conf.set("engines", { ...conf.get("engines"), [endpoint]: after });
  } catch (cause) {
    throw new Failure("failed", `the settings in ${folder} cannot be written`, { cause });
  }
}
