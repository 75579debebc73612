import { type RunOptions, type Outcome, run } from "./run.ts";
import type { Docker } from "./dockers.ts";
import { type Engine, startEngine } from "./engine.ts";
import { node } from "./node.ts";
import { carry, personOf, secret } from "./stage.ts";
import { entry, startVerifier, type Verifier } from "./verifier.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** A guarded engine, and a gateway in front of it. */
export interface GatewayStage {
  readonly workspace: Workspace;
  readonly engine: Engine;
  readonly verifier: Verifier;
  /** `unix://…` of the gateway, as DOCKER_HOST takes it, and its path. */
  readonly host: string;
  readonly socket: string;
  /** An id of the engine's. */
  readonly root: string;
  /** Narrows the root id. */
  readonly narrow: (...args: readonly string[]) => Promise<string>;
  /** Runs docker through the gateway, under an id. */
  readonly docker: (cli: Docker, id: string, args: readonly string[], options?: RunOptions) => Promise<Outcome>;
  /** The environment in which that docker sends the id. */
  readonly carry: (cli: Docker, id: string) => Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export interface GatewayStageOptions {
  /** More flags for the verifier. */
  readonly flags?: (workspace: Workspace) => readonly string[];
  /** Of the verifier. */
  readonly env?: Readonly<Record<string, string>>;
  /** The engine asks no plugin: the gateway alone stands in front of it. */
  readonly withoutPlugin?: boolean;
}

/** Opens a stage whose engine has the image `box`, and is guarded. */
export async function openGatewayStage(options: GatewayStageOptions = {}): Promise<GatewayStage> {
  const workspace = openWorkspace();
  try {
    const dockerHost = `unix://${workspace.path("engine", "docker.sock")}`;
    const socket = workspace.path("run", "gateway.sock");
    const flags = ["--gateway", `unix://${socket}`, ...(options.flags?.(workspace) ?? [])];
    const verifier = await startVerifier(workspace, { dockerHost, flags, ...(options.env && { env: options.env }) });
    const engine = await startEngine(workspace, options.withoutPlugin === true ? {} : { plugin: workspace.plugin });
    await engine.importImage("box");
    const env = personOf(workspace, engine.host, verifier.admin);
    const id = async (args: readonly string[], input?: string): Promise<string> => {
      const outcome = await run(node, [entry, ...args], { env, ...(input === undefined ? {} : { input }) });
      if (outcome.status !== 0) throw new Error(`docker-id ${args.join(" ")}: ${outcome.stderr}`);
      return outcome.stdout.trim();
    };
    await id(["init", "--secret", "-"], secret);
    const root = await id(["show"]);
    return {
      workspace,
      engine,
      verifier,
      host: `unix://${socket}`,
      socket,
      root,
      narrow: (...args) => id(["create", ...args]),
      docker: (cli, token, args, more = {}) =>
        run(cli.path, ["-H", `unix://${socket}`, ...args], {
          ...more,
          env: { DOCKER_CONFIG: workspace.dir, ...carry(workspace, cli, token), ...more.env },
        }),
      carry: (cli, token) => carry(workspace, cli, token),
      close: () => workspace.close(),
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}
