import { Agent, request } from "node:http";
import { type Docker, newestDocker } from "../test/support/dockers.ts";
import { startEngine } from "../test/support/engine.ts";
import { anEngine, needs } from "../test/support/needs.ts";
import type { Outcome } from "../test/support/run.ts";
import { carry, openStage } from "../test/support/stage.ts";
import { openWorkspace } from "../test/support/workspace.ts";
import type { Row } from "./macaroon.ts";
import { median, timeMs } from "./spawned.ts";

const rounds = 40;
const pings = 400;

/** What the guard costs: the same requests to an engine that asks docker-id and to one that does not, in turn. */
export async function run(): Promise<Row[]> {
  const why = needs(...anEngine);
  if (why !== undefined) return [{ name: "docker ps, guarded ÷ not", value: `not measured: ${why}`, unit: "" }];
  const bare = openWorkspace();
  const stage = await openStage();
  try {
    const unguarded = await startEngine(bare);
    await stage.engine.importImage("box");
    await unguarded.importImage("box");
    printed(await stage.id(["init", "--secret", "-"], { input: "a secret for a bench" }));
    const root = printed(await stage.id(["show"]));
    const reader = printed(await stage.id(["create", "--op", "read", "--expires", "1h"]));
    const cli = newestDocker();
    const env = (host: string, id?: string) => ({
      PATH: process.env["PATH"],
      DOCKER_CONFIG: bare.dir,
      DOCKER_HOST: host,
      ...carry(stage.workspace, cli, id),
    });
    const ps = await inTurn({
      without: () => timePs(cli, env(unguarded.host)),
      root: () => timePs(cli, env(stage.engine.host, root)),
      narrowed: () => timePs(cli, env(stage.engine.host, reader)),
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const pinged = await inTurn({
      without: () => timePings(unguarded.socket, agent),
      root: () => timePings(stage.engine.socket, agent, root),
      narrowed: () => timePings(stage.engine.socket, agent, reader),
    });
    agent.destroy();
    return [
      { name: "docker ps without docker-id", value: ps.without, unit: "ms" },
      { name: "docker ps, root id ÷ without", value: ps.root / ps.without, unit: "×", aim: 1.15 },
      { name: "docker ps, narrowed id ÷ without", value: ps.narrowed / ps.without, unit: "×", aim: 1.15 },
      { name: "GET /_ping without docker-id", value: pinged.without, unit: "µs" },
      { name: "GET /_ping, root id", value: pinged.root, unit: "µs" },
      { name: "GET /_ping, narrowed id", value: pinged.narrowed, unit: "µs" },
      { name: "GET /_ping, narrowed id ÷ without", value: pinged.narrowed / pinged.without, unit: "×" },
    ];
  } finally {
    await Promise.all([stage.close(), bare.close()]);
  }
}

function printed(outcome: Outcome): string {
  if (outcome.status !== 0) throw new Error(outcome.stderr);
  return outcome.stdout.trim();
}

function timePs(cli: Docker, env: NodeJS.ProcessEnv): Promise<number> {
  return timeMs(cli.path, ["ps"], env);
}

/** Medians of what is measured by turns, so that the machine's moods fall on all alike. */
async function inTurn<Name extends string>(
  measures: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(measures) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Whoever comes first pays for what the last one left to do: each is first as often as the others.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      if (name !== undefined) times.get(name)?.push(await measures[name]());
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Name, number>;
}

/** One after the other over one connection; µs each. */
async function timePings(socket: string, agent: Agent, id?: string): Promise<number> {
  const began = performance.now();
  for (let round = 0; round < pings / rounds; round++) await ping(socket, agent, id);
  return ((performance.now() - began) / (pings / rounds)) * 1000;
}

function ping(socketPath: string, agent: Agent, id?: string): Promise<void> {
  const headers = id === undefined ? {} : { "x-docker-id": id };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: "/_ping", agent, headers }, (answer) => {
      answer.resume();
      answer.once("end", () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`_ping was answered with ${answer.statusCode}`));
      });
    });
    sent.once("error", reject);
    sent.end();
  });
}
