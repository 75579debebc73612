import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userPluginFolder } from "../docker-cli/plugin.ts";
import { Failure } from "../errors.ts";
import { openStandIn, type StandIn, type StandInParts } from "./stand-in.ts";
import { printable } from "./tell.ts";
import { verdictOf, type Explained } from "./step.ts";

export interface DockerParts extends StandInParts {
  readonly environment: NodeJS.ProcessEnv;
  /** docker is ended when it takes longer. */
  readonly timeLimitMs: number;
}

/** What docker asked, and, where it ended of itself with an error, the last that it said. */
export interface Asked extends Explained {
  readonly complaint?: string;
}

/** What docker may see of our environment: neither ids, nor another engine, nor another builder. */
const kept = ["PATH", "TMPDIR", "LANG", "LC_ALL", "DOCKER_API_VERSION", "DOCKER_BUILDKIT", "DOCKER_DEFAULT_PLATFORM"];

/**
 * Runs the docker that is on the PATH with a socket of ours in the engine's place, and gives what it asks there. It gets
 * no input, and what it prints goes nowhere.
 */
export async function askDocker(words: readonly string[], parts: DockerParts): Promise<Asked> {
  const folder = await mkdtemp(join(parts.environment["TMPDIR"] || tmpdir(), "docker-id-explain-"));
  const over = new AbortController();
  let standIn: StandIn | undefined;
  try {
    const socket = join(folder, "engine.sock");
    standIn = await openStandIn(socket, parts).catch((cause: unknown) => {
      throw new Failure("failed", `no socket can be opened in ${folder}`, {
        hint: "TMPDIR says where else, and may not be long",
        cause,
      });
    });
    const environment = await prepare(folder, socket, parts.environment);
    const ended = await Promise.race([run(words, environment, over.signal, parts.timeLimitMs), standIn.failed]);
    return conclude(standIn, ended);
  } finally {
    over.abort();
    await standIn?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A home without contexts, credentials, builders or aliases, whose only engine is the socket. */
async function prepare(folder: string, socket: string, environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const config = join(folder, "config");
  await mkdir(join(config, "cli-plugins"), { recursive: true });
  await writeFile(join(config, "config.json"), "{}");
  // With it docker build asks for other things than without
  const builder = "docker-buildx";
  await symlink(join(userPluginFolder(environment), builder), join(config, "cli-plugins", builder));
  const values = kept.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(values), HOME: folder, DOCKER_CONFIG: config, DOCKER_HOST: `unix://${socket}` };
}

interface Ended {
  /** Undefined when it was ended. */
  readonly status: number | undefined;
  readonly said: string;
}

async function run(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  over: AbortSignal,
  timeLimitMs: number,
): Promise<Ended> {
  // In a group of its own, so that what it starts can be ended with it, and without our terminal
  const child = spawn("docker", words, { env, stdio: ["ignore", "ignore", "pipe"], detached: true });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4096);
  });
  let closed = false;
  const end = (): void => {
    if (child.pid !== undefined && !closed) process.kill(-child.pid, "SIGKILL");
  };
  const timer = setTimeout(end, timeLimitMs);
  over.addEventListener("abort", end);
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (cause: NodeJS.ErrnoException) => {
        const message = cause.code === "ENOENT" ? "there is no docker on the PATH" : "docker cannot be started";
        reject(new Failure("failed", message, { cause }));
      });
      child.once("close", (status) => {
        closed = true;
        resolve({ status: status ?? undefined, said });
      });
    });
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

function conclude(standIn: StandIn, { status, said }: Ended): Asked {
  const requests = [...standIn.steps()];
  const complaint = findComplaint(said);
  const asksNothing = requests.every(({ explanation }) => explanation?.handshake === true) && !standIn.stopped();
  if (asksNothing && status !== 0 && status !== undefined) {
    const hint = complaint === undefined ? {} : { hint: `docker said: ${complaint}` };
    throw new Failure("misuse", "docker itself takes no such command", hint);
  }
  const cut = standIn.cut();
  const whole = requests.every(({ explanation }) => explanation !== undefined) && !standIn.unanswered();
  const complete = whole && (status === 0 || (status !== undefined && (cut || standIn.stopped())));
  const told = status === 0 || cut || complaint === undefined ? {} : { complaint };
  return { verdict: verdictOf(requests), complete, requests, ...told };
}

/** The line that says what is wrong; advice may follow on it, and warnings come before. */
function findComplaint(said: string): string | undefined {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const found = lines.find((line) => /^(?:docker:|error|unknown|invalid|"?docker )/i.test(line)) ?? lines.at(-1);
  return found === undefined ? undefined : printable(found.slice(0, 300));
}
