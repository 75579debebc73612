import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { Attempt, GuardBounds, Unreadable } from "../../src/docker/attempt.ts";
import { readAtPlugin } from "../../src/server/gate/read-at-plugin.ts";
import { createAuthzDoor } from "../../src/server/doors/authz/door.ts";
import { createEngine } from "../../src/server/engine/engine.ts";
import { createPasses } from "../../src/server/engine/passes.ts";
import { createLog } from "../../src/server/log.ts";
import { type Engine, startEngine } from "../support/engine.ts";
import { type RawAnswer, type RawRequest, sendRaw } from "../support/raw.ts";
import { run } from "../support/run.ts";
import { openWorkspace, type Workspace } from "../support/workspace.ts";

/** What became of one request: the engine's answer, and how each request that it asked about was read before it acted. */
export interface Watched {
  readonly answer: RawAnswer;
  readonly read: readonly (Attempt | Unreadable)[];
}

/** A real engine that asks the real door about everything, behind which a request is read and then allowed, whatever it is. */
export interface WatchedEngine {
  readonly workspace: Workspace;
  readonly engine: Engine;
  /** Sends it; one at a time. */
  readonly watch: (request: RawRequest) => Promise<Watched>;
  /** Asks the engine for JSON, as a bystander. */
  readonly json: <T>(target: string) => Promise<T>;
  /** Has the engine take something away again, as a bystander. */
  readonly remove: (target: string) => Promise<void>;
  /** Runs docker, whose requests are not remembered; gives what it printed. */
  readonly docker: (...args: readonly string[]) => Promise<string>;
  /** Makes an image of one small file, whose containers are made in no time. */
  readonly importTiny: (name: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Starts one with the given bounds of the guard. */
export async function startWatchedEngine(guard: GuardBounds): Promise<WatchedEngine> {
  const workspace = openWorkspace();
  const passes = createPasses({ clock: () => new Date(), random: randomBytes });
  const dockerHost = `unix://${workspace.path("engine", "docker.sock")}`;
  const lookup = createEngine({ dockerHost, passes, timeoutMs: 10_000 });
  let read: (Attempt | Unreadable)[] = [];
  const door = createAuthzDoor({
    gate: {
      async admit({ pass, request }) {
        if (pass === undefined || !passes.redeem(pass, request)) read.push(await readAtPlugin(request, lookup, guard));
        return { verdict: "allowed" };
      },
    },
    log: createLog("error", false, (line) => void process.stderr.write(line)),
    strictStreams: false,
  });
  const close = async (): Promise<void> => {
    lookup.close();
    await workspace.close();
    await stop(door);
  };
  try {
    const plugins = workspace.path("plugins");
    mkdirSync(plugins);
    door.listen(`${plugins}/${workspace.plugin}.sock`);
    await once(door, "listening");
    const engine = await startEngine(workspace, { plugin: workspace.plugin, plugins });
    const { socket, host } = engine;
    const docker = async (...args: readonly string[]): Promise<string> => {
      const ran = await run("docker", args, { env: { DOCKER_HOST: host, DOCKER_CONFIG: workspace.dir } });
      if (ran.status !== 0) throw new Error(`docker ${args.join(" ")}: ${ran.stderr}`);
      return ran.stdout.trim();
    };
    return {
      workspace,
      engine,
      async watch(request) {
        read = [];
        const answer = await sendRaw(socket, request);
        const seen = read;
        // What bystanders ask from here on is not of this request
        read = [];
        return { answer, read: seen };
      },
      async json(target) {
        const answer = await sendRaw(socket, { target });
        if (answer.status !== 200) throw new Error(`${target}: ${answer.text}`);
        return JSON.parse(answer.text) as never;
      },
      async remove(target) {
        const { status, text } = await sendRaw(socket, { method: "DELETE", target });
        if (status !== 200 && status !== 204) throw new Error(`${target}: ${text}`);
      },
      docker,
      async importTiny(name) {
        writeFileSync(workspace.path("x"), name);
        await run("tar", ["-C", workspace.dir, "-cf", workspace.path("tiny.tar"), "x"]);
        return docker("import", workspace.path("tiny.tar"), name);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A seed of this run's own, or that of `DOCKER_ID_SEED`, printed so that the run can be had again. */
export function printSeed(what: string): number {
  const seed = Number(process.env["DOCKER_ID_SEED"] ?? randomBytes(4).readInt32LE());
  process.stdout.write(`${what}: seed ${seed} (DOCKER_ID_SEED)\n`);
  return seed;
}

async function stop(door: Server): Promise<void> {
  door.closeAllConnections();
  if (!door.listening) return;
  door.close();
  await once(door, "close");
}
