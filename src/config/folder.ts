import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** Where docker-id keeps a user's settings, and ids where a file keeps them: DOCKER_ID_CONFIG_DIR, else ~/.config/docker-id. */
export function configFolder(environment: NodeJS.ProcessEnv): string {
  const given = environment["DOCKER_ID_CONFIG_DIR"];
  if (given) return resolve(given);
  const base = environment["XDG_CONFIG_HOME"];
  return join(base && isAbsolute(base) ? base : join(homedir(), ".config"), "docker-id");
}
