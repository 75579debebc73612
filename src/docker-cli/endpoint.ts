import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { DockerFlags } from "../argv.ts";
import { readContext, readCurrentContext } from "./contexts.ts";
import type { Forwarded } from "./forwarded.ts";
import { readForwarded } from "./forwarded.ts";
import type { HostAddress } from "./host-address.ts";
import { formatHostAddress, readHostAddress } from "./host-address.ts";

/** Files by which a TLS client knows the engine and makes itself known; each absent where docker would use none. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** False: the engine's certificate is not verified, as the user told docker. */
  readonly verify: boolean;
}

/** The engine that docker itself would speak to. */
export interface Endpoint {
  /** The one spelling under which settings and ids are kept, `unix:///var/run/docker.sock`. */
  readonly name: string;
  readonly address: HostAddress;
  readonly tls?: TlsFiles;
  /** The docker context that it came from. */
  readonly context?: string;
  /** Whether the engine is reached through a socket of this machine. */
  readonly local: boolean;
  /** The socket of docker-id's that docker itself would speak to, in this engine's place. */
  readonly through?: string;
}

/**
 * Finds the engine as docker would: `--context`, `-H`, DOCKER_HOST, DOCKER_CONTEXT, the current context of docker's
 * configuration, and last its default socket.
 */
export function findEndpoint(flags: DockerFlags, environment: NodeJS.ProcessEnv): Endpoint {
  const configFolder = flags.config || environment["DOCKER_CONFIG"] || join(homedir(), ".docker");
  const host = flags.host ?? (flags.context === undefined ? environment["DOCKER_HOST"] || undefined : undefined);
  if (host === undefined) {
    const context = flags.context ?? (environment["DOCKER_CONTEXT"] || readCurrentContext(configFolder));
    if (context !== undefined && context !== "default") return fromContext(configFolder, context);
  }
  const found = toEndpoint(host ?? "", findTls(flags, environment, configFolder));
  return found.address.transport === "unix" ? behind(found, readForwarded(found.address.path)) : found;
}

/** Ids are kept for engines, whatever socket of docker-id's stands before them. */
function behind(found: Endpoint, engine: Forwarded | undefined): Endpoint {
  if (engine === undefined || found.address.transport !== "unix") return found;
  const { host, tls, context } = engine;
  return { ...toEndpoint(host, tls), ...(context === undefined ? {} : { context }), through: found.address.path };
}

function fromContext(configFolder: string, name: string): Endpoint {
  const context = readContext(configFolder, name);
  if (context.forwarded !== undefined) return behind(toEndpoint(context.host, undefined), context.forwarded);
  const files = filesIn(context.tlsFolder);
  const tls =
    Object.keys(files).length > 0 || context.skipTlsVerify ? { ...files, verify: !context.skipTlsVerify } : undefined;
  return { ...toEndpoint(context.host, tls), context: name };
}

function toEndpoint(host: string, tls: TlsFiles | undefined): Endpoint {
  const address = readHostAddress(host, tls !== undefined);
  const local = address.transport === "unix" || address.transport === "npipe";
  return { name: formatHostAddress(address), address, local, ...(tls === undefined || local ? {} : { tls }) };
}

/** docker turns TLS on when any flag or variable of it is set, and verifies unless it was told `--tls` alone. */
function findTls(flags: DockerFlags, environment: NodeJS.ProcessEnv, configFolder: string): TlsFiles | undefined {
  const verify = flags.tlsverify ?? Boolean(environment["DOCKER_TLS_VERIFY"]);
  const named = [flags.tlscacert, flags.tlscert, flags.tlskey].some((file) => file !== undefined);
  const on =
    verify || flags.tls === true || flags.tlsverify !== undefined || Boolean(environment["DOCKER_TLS"]) || named;
  if (!on) return undefined;
  return {
    ...filesIn(environment["DOCKER_CERT_PATH"] || configFolder),
    ...(flags.tlscacert === undefined ? {} : { ca: flags.tlscacert }),
    ...(flags.tlscert === undefined ? {} : { cert: flags.tlscert }),
    ...(flags.tlskey === undefined ? {} : { key: flags.tlskey }),
    verify,
  };
}

function filesIn(folder: string): Omit<TlsFiles, "verify"> {
  const files = ["ca", "cert", "key"].map((name) => [name, join(folder, `${name}.pem`)] as const);
  return Object.fromEntries(files.filter(([, path]) => existsSync(path)));
}
