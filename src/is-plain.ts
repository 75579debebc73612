import { dockerSettings, settingsHoldId, variableHoldsId } from "./docker-cli/holds-id.ts";
import { takeId } from "./docker-cli/take-id.ts";
import type { BesideCall } from "./read-beside.ts";

/**
 * Whether a shell's own `docker` is to be itself: no id was asked for, and either the command needs none, or docker was
 * told itself which to send. `words` begin with `docker`.
 */
export function isPlain(
  { which, dockerFlags }: BesideCall,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): boolean {
  if (which.id !== undefined || which.as !== undefined) return false;
  if (!takeId(words.slice(1)).asksEngine) return true;
  if (variableHoldsId(environment["DOCKER_CUSTOM_HEADERS"])) return true;
  return settingsHoldId(dockerSettings(environment, dockerFlags.config));
}
