import Conf from "conf";
import { Failure } from "../errors.ts";
import type { EngineSettings, RegistrySettings, Settings } from "./settings.ts";
import { readEngineSettings, readRegistries, settingsName } from "./settings.ts";

/** Settles something for one engine, and keeps what was settled before. */
export function writeEngineSettings(folder: string, endpoint: string, settled: EngineSettings): void {
  const before = readEngineSettings(folder, endpoint);
  const after = { ...before, ...settled };
  if (before.keychain === after.keychain && before.server === after.server) return;
  write(folder, (conf) => conf.set("engines", { ...conf.get("engines"), [endpoint]: after }));
}

/** Settles what docker is given for one registry, in place of what was settled before; undefined forgets it. */
export function writeRegistrySettings(folder: string, host: string, settled: RegistrySettings | undefined): void {
  const before = readRegistries(folder);
  if (settled === undefined && !Object.hasOwn(before, host)) return;
  write(folder, (conf) => {
    const { [host]: _before, ...others } = conf.get("registries");
    conf.set("registries", settled === undefined ? others : { ...others, [host]: settled });
  });
}

function write(folder: string, change: (conf: Conf<Settings>) => void): void {
  try {
    const conf = new Conf<Settings>({
      projectName: "docker-id",
      projectSuffix: "",
      cwd: folder,
      configName: settingsName,
      configFileMode: 0o600,
      // Endpoints are full of dots.
      accessPropertiesByDotNotation: false,
      defaults: { engines: {}, registries: {} },
    });
    change(conf);
  } catch (cause) {
    throw new Failure("failed", `the settings in ${folder} cannot be written`, { cause });
  }
}
