import { configFolder } from "../config/folder.ts";
import { readRegistryHost } from "../config/registry-host.ts";
import { readRegistries, type RegistrySettings } from "../config/settings.ts";
import { findEndpoint } from "../docker-cli/endpoint.ts";
import { Failure } from "../errors.ts";
import { noId, openEngineKeychain, readDefaultId, readSettled } from "../keychain/default-id.ts";
import { isNarrowedFrom, narrowToRegistry } from "./narrow.ts";

export interface HelperParts {
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly version: string;
}

/** What docker is told: the text on stdout, whatever the status, and a sentence for the person on stderr. */
export interface HelperAnswer {
  readonly said: string;
  readonly status: 0 | 1;
  readonly aside?: string;
}

/** The name that ids are given under; the registry's door takes it for nobody else's. */
const username = "docker-id";

// docker knows these by their text
const notFound = refuse("credentials not found in native keychain");
const noServer = refuse("no credentials server URL");

/** Answers one call of docker's credential-helper protocol; rejects with Failure where an id cannot be read or narrowed. */
export async function answerDocker(verb: string | undefined, input: () => string, parts: HelperParts) {
  const registries = () => readRegistries(configFolder(parts.environment));
  switch (verb) {
    case "version":
    case "--version":
    case "-v":
      return done(`docker-credential-docker-id (docker-id) ${parts.version}`);
    case "list":
      return done(JSON.stringify(Object.fromEntries(Object.keys(registries()).map((host) => [host, username]))));
    case "get":
      return await get(input().trim(), registries(), parts);
    case "store":
      return await store(input(), registries(), parts);
    case "erase":
      return erase(input().trim(), registries());
    case undefined:
    default:
      return refuse("Usage: docker-credential-docker-id <store|get|erase|list|version>");
  }
}

type Registries = Readonly<Record<string, RegistrySettings>>;

async function get(server: string, registries: Registries, parts: HelperParts): Promise<HelperAnswer> {
  if (server === "") return noServer;
  const settled = find(server, registries);
  if (settled === undefined) return notFound;
  const { engine, id } = await readId(settled, parts);
  if (id === undefined) return { ...notFound, aside: noId(engine).message };
  const secret = narrowToRegistry(id, settled, parts.clock(), parts.random);
  return done(JSON.stringify({ ServerURL: server, Username: username, Secret: secret }));
}

/** docker login gives back what it was given, or a registry's token grown from it: there is nothing to be kept of that. */
async function store(text: string, registries: Registries, parts: HelperParts): Promise<HelperAnswer> {
  const { server, secret } = readCredentials(text);
  if (server === "") return noServer;
  const settled = find(server, registries);
  const host = readRegistryHost(server) ?? "this registry";
  if (settled === undefined) {
    return refuse(`docker-id keeps no passwords, and is not settled for ${host}: docker-id registry use ${host}`);
  }
  const { id } = await readId(settled, parts);
  if (id !== undefined && isNarrowedFrom(secret, id)) return done("");
  return refuse(
    `docker-id answers for ${host} with the engine's default id, and keeps nothing else: ` +
      `docker-id registry use ${host} --remove, then log in`,
  );
}

function erase(server: string, registries: Registries): HelperAnswer {
  if (server === "") return noServer;
  if (find(server, registries) === undefined) return notFound;
  const host = readRegistryHost(server) ?? "this registry";
  const said = `docker-id keeps nothing for ${host}, and goes on to answer: docker-id registry use ${host} --remove`;
  // docker logout shows no one what is on stdout
  return { ...refuse(said), aside: said };
}

function find(server: string, registries: Registries): RegistrySettings | undefined {
  const host = readRegistryHost(server);
  return host !== undefined && Object.hasOwn(registries, host) ? registries[host] : undefined;
}

async function readId({ engine: settled }: RegistrySettings, { environment }: HelperParts) {
  // As `run` and `exec` say it: the name of the id that docker runs under, or that it is another
  const under = environment["DOCKER_ID_UNDER"] || undefined;
  if (under === "-") {
    throw new Failure("refused", "this docker runs under an id that it was given, and gets no other one", {
      hint: "docker login with that id as the password, or run docker under an id that is kept",
    });
  }
  // An id in the environment is used whatever the engine
  const inEnvironment = under === undefined && environment["DOCKER_ID_TOKEN"] !== undefined;
  const engine = settled ?? (inEnvironment ? "" : findEndpoint({ raw: [] }, environment).name);
  const open = () => openEngineKeychain(environment, readSettled(environment, engine));
  return { engine, id: (await readDefaultId(engine, environment, open, under))?.id };
}

function readCredentials(text: string): { server: string; secret: string } {
  try {
    const { ServerURL: server, Secret: secret } = JSON.parse(text) as Record<string, unknown>;
    if (typeof server === "string" && typeof secret === "string") return { server: server.trim(), secret };
  } catch {
    // The parser's message quotes what it read
  }
  throw new Failure("misuse", "what was to be stored is no credentials in JSON");
}

function done(said: string): HelperAnswer {
  return { said, status: 0 };
}

function refuse(said: string): HelperAnswer {
  return { said, status: 1 };
}
