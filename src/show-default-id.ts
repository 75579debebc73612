import type { DockerFlags } from "./argv.ts";
import { findEndpoint } from "./docker-cli/endpoint.ts";
import { noId, openEngineKeychain, readDefaultId, readSettled } from "./keychain/default-id.ts";

/** The default id's text, found without loading anything that only other commands need. */
export async function showDefaultId(dockerFlags: DockerFlags, environment: NodeJS.ProcessEnv): Promise<string> {
  // An id in the environment is used whatever the engine, and needs no look at it.
  const engine = environment["DOCKER_ID_TOKEN"] === undefined ? findEndpoint(dockerFlags, environment).name : "";
  const open = () => openEngineKeychain(environment, readSettled(environment, engine));
  const found = await readDefaultId(engine, environment, open);
  if (found === undefined) throw noId(engine);
  return found.id;
}
