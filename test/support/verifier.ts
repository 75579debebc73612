import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { node } from "./node.ts";
import { until } from "./until.ts";
import type { Workspace } from "./workspace.ts";

/** A `docker-id serve` of our own. */
export interface Verifier {
  /** `unix://…` of its admin door. */
  readonly admin: string;
  readonly authz: string;
  readonly stateDir: string;
  readonly marker: string;
  pid(): number;
  /** What it wrote to stdout and stderr since its first start. */
  log(): string;
  start(): Promise<void>;
  /** SIGTERM; gives its exit status. */
  stop(): Promise<number>;
  kill9(): Promise<void>;
  restart(): Promise<void>;
}

export interface VerifierOptions {
  /** `unix://…` of the engine; it need not be there yet. */
  readonly dockerHost: string;
  readonly stateDir?: string;
  readonly marker?: string;
  /** The folder of the plugin's socket; /run/docker/plugins, where an engine looks for it, unless given. */
  readonly plugins?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** `serve` unless given. */
  readonly command?: readonly string[];
}

/** The built entry. */
export const entry = new URL("../../bin/run.js", import.meta.url).pathname;

/** Starts it and waits until it says that its doors are open. Its plugin socket bears the workspace's name. */
export async function startVerifier(workspace: Workspace, options: VerifierOptions): Promise<Verifier> {
  const stateDir = options.stateDir ?? workspace.path("lib", "state");
  const marker = options.marker ?? workspace.path("etc", "guarded");
  const admin = `unix://${workspace.path("run", "admin.sock")}`;
  const authz = `unix://${options.plugins ?? "/run/docker/plugins"}/${workspace.plugin}.sock`;
  // Apart from what else is in the workspace: a verifier guards the folders of its own files.
  for (const folder of ["lib", "etc", "run"]) mkdirSync(workspace.path(folder), { recursive: true });
  const log = workspace.path("verifier.log");
  const readLog = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  const ready = () => countReady(readLog());
  const flags = ["--state-dir", stateDir, "--admin", admin, "--authz", authz, "--guarded-marker", marker];
  const args = [
    entry,
    ...(options.command ?? ["serve"]),
    ...flags,
    "--docker-host",
    options.dockerHost,
    ...(options.flags ?? []),
  ];
  const env = { PATH: process.env["PATH"], HOME: workspace.dir, ...options.env };
  const launch = async () => {
    const before = ready();
    const started = workspace.start(node, args, { log, env });
    const dead = started.ended.then((status) => {
      throw new Error(`docker-id serve ended with ${status}:\n${readLog().slice(-2000)}`);
    });
    dead.catch(() => undefined);
    await Promise.race([until("docker-id: ready", () => ready() > before), dead]);
    return started;
  };
  let serve = await launch();
  return {
    admin,
    authz,
    stateDir,
    marker,
    pid: () => serve.pid,
    log: readLog,
    async start() {
      serve = await launch();
    },
    stop: () => serve.stop(),
    async kill9() {
      await serve.stop("SIGKILL");
    },
    async restart() {
      await serve.stop();
      serve = await launch();
    },
  };
}

function countReady(log: string): number {
  return log.split("docker-id: ready").length;
}
