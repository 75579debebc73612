import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";
import type { Workspace } from "./workspace.ts";

/** A docker-registry of our own, with its own storage and configuration file. */
export interface Registry {
  /** `127.0.0.1:PORT`, as it stands before a repository's name. */
  readonly host: string;
  /** The file that it was started with. */
  readonly configFile: string;
  log(): string;
  start(): Promise<void>;
  /** Its exit status. */
  stop(): Promise<number>;
}

export interface RegistryOptions {
  /** Of its folder in the workspace. */
  readonly name: string;
  readonly port?: number;
  /** Whose tokens it trusts; anybody may do anything unless given. */
  readonly auth?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    /** A PEM file of certificates. */
    readonly bundle: string;
  };
  /** Where it tells what happened, and the `Authorization` that it sends there. */
  readonly events?: { readonly url: string; readonly authorization: string };
}

/** Starts Debian's docker-registry on the loopback, and waits until it answers. */
export async function startRegistry(workspace: Workspace, options: RegistryOptions): Promise<Registry> {
  const dir = workspace.path(options.name);
  mkdirSync(dir);
  const host = `127.0.0.1:${options.port ?? freePort()}`;
  const configFile = `${dir}/config.yml`;
  const log = `${dir}/log`;
  // JSON is YAML too.
  writeFileSync(configFile, JSON.stringify(configOf(host, `${dir}/data`, options), undefined, 2));
  const readLog = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  const launch = async () => {
    const started = workspace.start("docker-registry", ["serve", configFile], { log });
    const dead = started.ended.then((status) => {
      throw new Error(`docker-registry ended with ${status}:\n${readLog().slice(-2000)}`);
    });
    dead.catch(() => undefined);
    await Promise.race([until("docker-registry answers", () => answers(host)), dead]);
    return started;
  };
  let process = await launch();
  return {
    host,
    configFile,
    log: readLog,
    async start() {
      process = await launch();
    },
    stop: () => process.stop(),
  };
}

function configOf(host: string, rootdirectory: string, { auth, events }: RegistryOptions): object {
  const endpoint = { name: "docker-id", timeout: "2s", threshold: 3, backoff: "250ms" };
  return {
    version: 0.1,
    log: { level: "info" },
    storage: { filesystem: { rootdirectory }, delete: { enabled: true } },
    http: { addr: host, secret: "throwaway" },
    ...(auth && {
      auth: {
        token: { realm: auth.realm, service: auth.service, issuer: auth.issuer, rootcertbundle: auth.bundle },
      },
    }),
    ...(events && {
      notifications: {
        events: { includereferences: true },
        endpoints: [{ ...endpoint, url: events.url, headers: { Authorization: [events.authorization] } }],
      },
    }),
  };
}

/** A guarded one answers 401. */
async function answers(host: string): Promise<boolean> {
  try {
    await (await fetch(`http://${host}/v2/`)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
