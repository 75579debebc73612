import { homedir } from "node:os";
import { join } from "node:path";
import type { DockerFlags } from "./argv.ts";
import { configFolder } from "./config/folder.ts";
import { readCurrentContext } from "./docker-cli/contexts.ts";
import type { Endpoint } from "./docker-cli/endpoint.ts";
import { ownContextName, removeOwnContext, writeOwnContext } from "./docker-cli/own-context.ts";
import { Failure } from "./errors.ts";
import { askAlive } from "./forwarder/alive.ts";
import { ownRuntimeFolder } from "./forwarder/private-folder.ts";
import { until } from "./host/sockets.ts";
import { hasUserSystemd, removeUserUnit, startUserUnit } from "./host/user-unit.ts";
import { quoteWord } from "./shell/quote.ts";
import { startCommand } from "./start-command.ts";

/** A docker context whose socket adds an engine's default id. */
export interface OwnContext {
  readonly name: string;
  readonly socket: string;
  /** Who keeps the socket; else whoever runs `command`. */
  readonly keeper: "systemd" | "nobody";
  readonly command: readonly string[];
}

export interface ContextParts {
  readonly engine: Endpoint;
  readonly dockerFlags: DockerFlags;
  readonly environment: NodeJS.ProcessEnv;
}

/** What is docker-id's and docker's own way of finding things, and holds no secret. */
const handedOn = ["DOCKER_CONFIG", "DOCKER_ID_CONFIG_DIR", "DOCKER_ID_KEYCHAIN"];
const limitMs = 10_000;

/** Makes the context, and has its socket kept by the user's systemd, or says how to keep it. */
export async function writeContext(parts: ContextParts, say: (line: string) => void): Promise<OwnContext> {
  const { engine, environment } = parts;
  const name = ownContextName(engine);
  const folder = ownRuntimeFolder(environment) ?? join(configFolder(environment), "run");
  const socket = join(folder, `${name}.sock`);
  const command = [...startCommand(), ...engineWords(engine), "socket", "--path", socket];
  await writeOwnContext(dockerFolder(parts), name, socket, engine);
  if (!hasUserSystemd(environment)) {
    say(`no systemd runs services for this user: the socket is there while this runs: ${asTyped(command)}`);
    return { name, socket, keeper: "nobody", command };
  }
  const settings = handedOn.flatMap((each) => {
    const value = each === "DOCKER_CONFIG" ? dockerFolder(parts) : environment[each];
    return value === undefined || value === "" ? [] : [[each, value] as const];
  });
  const description = `docker-id speaks with ${engine.name} under the default id`;
  await startUserUnit({ name, description, command, environment: Object.fromEntries(settings) }, environment);
  if (!(await until(async () => (await askAlive(socket)) === "alive", limitMs))) {
    throw new Failure("failed", `the service ${name} was started, and its socket did not come`, {
      hint: `see: journalctl --user -u ${name}`,
    });
  }
  say(`systemd keeps the socket while you are logged in: systemctl --user status ${name}`);
  return { name, socket, keeper: "systemd", command };
}

/** Takes both away; gives the context's name where there was one. */
export async function removeContext(parts: ContextParts, say: (line: string) => void): Promise<string | undefined> {
  const name = ownContextName(parts.engine);
  const unit = await removeUserUnit(name, parts.environment);
  const folder = dockerFolder(parts);
  const context = await removeOwnContext(folder, name);
  if (context && readCurrentContext(folder) === name) say("docker still goes by it: docker context use default");
  return unit || context ? name : undefined;
}

/** As a person would type it: quotes only where they are needed. */
function asTyped(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoteWord("bash", word))).join(" ");
}

function dockerFolder({ dockerFlags, environment }: ContextParts): string {
  return dockerFlags.config || environment["DOCKER_CONFIG"] || join(homedir(), ".docker");
}

/** docker's flags that choose this engine, whatever is current when they are read. */
function engineWords({ name, address, tls, context }: Endpoint): string[] {
  if (context !== undefined) return ["--context", context];
  const host = address.transport === "unix" ? `unix://${address.path}` : name;
  const files = (["ca", "cert", "key"] as const).flatMap((each) => {
    const path = tls?.[each];
    return path === undefined ? [] : [`--tls${each === "ca" ? "cacert" : each}`, path];
  });
  return ["-H", host, ...(tls === undefined ? [] : [tls.verify ? "--tlsverify" : "--tls", ...files])];
}
