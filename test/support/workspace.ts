import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, closeSync, mkdtempSync, openSync } from "node:fs";
import { basename, join } from "node:path";
import { tmpdir } from "node:os";
import { once } from "node:events";

/** A process that was started in a workspace. */
export interface Started {
  readonly pid: number;
  /** Its exit status; 128 and more for a signal, as a shell has it. */
  readonly ended: Promise<number>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

export interface StartOptions {
  /** Gets both outputs, appended. */
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

/**
 * A temporary folder and the processes started in it. A reaper outside of our process group ends and removes all of it
 * when it is closed, and also when whoever opened it dies, be it by SIGKILL.
 */
export interface Workspace {
  readonly dir: string;
  /** Random, fit for the name of an authorization plugin; its socket in /run/docker/plugins goes with the workspace. */
  readonly plugin: string;
  path(...parts: string[]): string;
  /** The arguments must name something in the folder, so that the reaper knows it. */
  start(command: string, args: readonly string[], options: StartOptions): Started;
  close(): Promise<void>;
}

/** Makes a workspace. */
export function openWorkspace(): Workspace {
  const dir = mkdtempSync(join(tmpdir(), "docker-id-"));
  const plugin = basename(dir).toLowerCase();
  const reaper = spawn("/bin/sh", [join(import.meta.dirname, "reaper.sh"), dir, plugin], {
    stdio: ["pipe", "ignore", "inherit"],
    detached: true,
  });
  reaper.unref();
  return {
    dir,
    plugin,
    path: (...parts) => join(dir, ...parts),
    start(command, args, { log, env, input }) {
      const output = openSync(log, "a");
      const child = spawn(command, args, { stdio: ["pipe", output, output], env: env ?? process.env });
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input);
      closeSync(output);
      if (child.pid === undefined) throw new Error(`${command} could not be started`);
      appendFileSync(join(dir, ".pids"), `${child.pid}\n`);
      return watch(child, child.pid);
    },
    async close() {
      if (reaper.exitCode === null) {
        reaper.ref();
        reaper.stdin.end();
        await once(reaper, "exit");
      }
      if (reaper.exitCode !== 0) throw new Error(`the reaper left something in ${dir}`);
    },
  };
}

function watch(child: ChildProcess, pid: number): Started {
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => {
      resolve(127);
    });
    child.once("exit", (code, signal) => {
      resolve(code ?? (signal === "SIGKILL" ? 137 : 143));
    });
  });
  return {
    pid,
    ended,
    async stop(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
}
