import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { importImage } from "./image.ts";
import { until } from "./until.ts";
import type { Workspace } from "./workspace.ts";

/** A throwaway dockerd with its own data, socket and configuration file. */
export interface Engine {
  /** `unix://…`, as DOCKER_HOST takes it. */
  readonly host: string;
  readonly socket: string;
  /** Its daemon.json. */
  readonly configFile: string;
  pid(): number;
  log(): string;
  /** Writes daemon.json, sends SIGHUP and waits until dockerd says that it has read it. */
  reload(settings: object): Promise<void>;
  start(): Promise<void>;
  /** Its exit status. */
  stop(signal?: NodeJS.Signals): Promise<number>;
  restart(): Promise<void>;
  /** Makes an image of busybox; gives its full id. The engine must not be guarded yet. */
  importImage(name: string): Promise<string>;
}

/**
 * Starts one. With `plugin` it is guarded from the start: the plugin must answer already. Where `plugins` is given, that
 * folder is to this engine what /run/docker/plugins is to all others: an engine asks whatever lies there for volumes that
 * it does not know, and for 15 s what does not answer.
 */
export async function startEngine(
  workspace: Workspace,
  options: { plugin?: string; plugins?: string; flags?: readonly string[] } = {},
): Promise<Engine> {
  const dir = workspace.path("engine");
  mkdirSync(dir);
  const socket = `${dir}/docker.sock`;
  const configFile = `${dir}/daemon.json`;
  const log = `${dir}/log`;
  const base = ownIdentity(dir);
  const configure = (settings: object) => {
    writeFileSync(configFile, JSON.stringify({ ...base, ...settings }));
  };
  configure(options.plugin === undefined ? {} : { "authorization-plugins": [options.plugin] });
  const places = ["--data-root", `${dir}/data`, "--exec-root", `${dir}/exec`, "--pidfile", `${dir}/pid`];
  const network = ["--iptables=false", "--ip6tables=false", "--bridge=none"];
  const rest = ["--config-file", configFile, "-H", `unix://${socket}`, "--storage-driver=vfs"];
  const launch = () => {
    const args = [...places, ...network, ...rest, ...(options.flags ?? [])];
    if (options.plugins === undefined) return workspace.start("dockerd", args, { log });
    const apart = ["--mount", "--propagation", "slave", "sh", "-c", withPlugins, options.plugins];
    return workspace.start("unshare", [...apart, ...args], { log });
  };
  let process = launch();
  let running = true;
  const readLog = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  const listening = async () => {
    const here = process;
    const dead = here.ended.then((status) => {
      throw new Error(`dockerd ended with ${status}:\n${readLog().slice(-2000)}`);
    });
    const lives = until("dockerd answers", () => answers(socket), 60);
    await Promise.race([lives, dead]);
    dead.catch(() => undefined);
  };
  await listening();
  const start = async () => {
    if (running) throw new Error("dockerd runs already");
    process = launch();
    running = true;
    await listening();
  };
  const stop = (signal?: NodeJS.Signals) => {
    running = false;
    return process.stop(signal);
  };
  return {
    host: `unix://${socket}`,
    socket,
    configFile,
    pid: () => process.pid,
    log: readLog,
    async reload(settings) {
      const before = countReloads(readLog());
      configure(settings);
      globalThis.process.kill(process.pid, "SIGHUP");
      await until("dockerd reloads its configuration", () => countReloads(readLog()) > before);
    },
    start,
    stop,
    async restart() {
      await stop();
      await start();
    },
    importImage: (name) => importImage(workspace, `unix://${socket}`, name),
  };
}

/** Before 23, an engine takes its id from /etc/docker unless told otherwise: two on one host would have the same. */
function ownIdentity(dir: string): object {
  const [, major] = /version (\d+)/.exec(execFileSync("dockerd", ["--version"], { encoding: "utf8" })) ?? [];
  return Number(major) < 23 ? { "deprecated-key-path": `${dir}/key.json` } : {};
}

const withPlugins = 'mkdir -p /run/docker/plugins && mount --bind "$0" /run/docker/plugins && exec dockerd "$@"';

function countReloads(log: string): number {
  return log.split("Reloaded configuration").length;
}

/** Whether anything speaks HTTP there: a guarded engine answers 403 to us. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: socket, path: "/_ping", agent: false }, (answer) => {
      answer.resume();
      answer.once("end", () => {
        resolve(true);
      });
    });
    asked.once("error", () => {
      resolve(false);
    });
    asked.end();
  });
}
