import { mkdirSync, writeFileSync } from "node:fs";
import type { Docker } from "./dockers.ts";
import { type Engine, startEngine } from "./engine.ts";
import { node } from "./node.ts";
import { type Outcome, type RunOptions, run } from "./run.ts";
import { entry, startVerifier, type Verifier } from "./verifier.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** A verifier, a dockerd that asks it, and a person with a shell: what an end-to-end test plays on. */
export interface Stage {
  readonly workspace: Workspace;
  readonly engine: Engine;
  readonly verifier: Verifier;
  /** The environment of that person's docker-id. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs docker-id. */
  readonly id: (args: readonly string[], options?: RunOptions) => Promise<Outcome>;
  /** Runs docker under an id, or without. */
  readonly docker: (
    cli: Docker,
    id: string | undefined,
    args: readonly string[],
    options?: RunOptions,
  ) => Promise<Outcome>;
  readonly close: () => Promise<void>;
}

/** The secret of every stage. */
export const secret = "Super secret token";

/** Opens a stage whose engine is open: it asks docker-id, which has not been initialized. */
export async function openStage(engineFlags?: (workspace: Workspace) => readonly string[]): Promise<Stage> {
  const workspace = openWorkspace();
  try {
    const dockerHost = `unix://${workspace.path("engine", "docker.sock")}`;
    // The plugin first: dockerd activates its plugins before it listens.
    const plugins = workspace.path("plugins");
    mkdirSync(plugins);
    const verifier = await startVerifier(workspace, { dockerHost, plugins });
    const flags = engineFlags?.(workspace) ?? [];
    const engine = await startEngine(workspace, { plugin: workspace.plugin, plugins, flags });
    const env = personOf(workspace, engine.host, verifier.admin);
    return {
      workspace,
      engine,
      verifier,
      env,
      id: (args, options = {}) => run(node, [entry, ...args], { ...options, env: { ...env, ...options.env } }),
      docker: (cli, id, args, options = {}) =>
        run(cli.path, args, { ...options, env: { ...env, ...carry(workspace, cli, id), ...options.env } }),
      close: () => workspace.close(),
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

/** Someone with a home of their own, who keeps ids in a file. */
export function personOf(workspace: Workspace, dockerHost: string, admin: string, name = "person") {
  const home = workspace.path(name);
  mkdirSync(`${home}/.docker`, { recursive: true });
  return {
    HOME: home,
    DOCKER_CONFIG: `${home}/.docker`,
    DOCKER_HOST: dockerHost,
    DOCKER_ID_SERVER: admin,
    DOCKER_ID_KEYCHAIN: "file",
    DOCKER_ID_CONFIG_DIR: `${home}/docker-id`,
  };
}

let folders = 0;

/** The environment in which that docker sends the id. */
export function carry(workspace: Workspace, cli: Docker, id: string | undefined): Record<string, string> {
  if (id === undefined) return {};
  if (cli.headers === "DOCKER_CUSTOM_HEADERS") return { DOCKER_CUSTOM_HEADERS: `X-Docker-Id=${id}` };
  const folder = workspace.path(`config-${(folders += 1)}`);
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(`${folder}/config.json`, JSON.stringify({ HttpHeaders: { "X-Docker-Id": id } }), { mode: 0o600 });
  return { DOCKER_CONFIG: folder };
}
