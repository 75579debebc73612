import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { idHeader } from "../protocol/headers.ts";

/** docker's own settings, in which a header may stand. */
export function dockerSettings(environment: NodeJS.ProcessEnv, configFolder?: string): string {
  return join(configFolder ?? (environment["DOCKER_CONFIG"] || join(homedir(), ".docker")), "config.json");
}

/** Whether docker was told by this variable to send an id of its own. */
export function variableHoldsId(headers: string | undefined): boolean {
  return new RegExp(String.raw`(^|[",\s])${idHeader}\s*=`, "i").test(headers ?? "");
}

/** Whether this file tells docker to. */
export function settingsHoldId(path: string): boolean {
  try {
    return new RegExp(`"${idHeader}"`, "i").test(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}
