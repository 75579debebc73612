import { spawn } from "node:child_process";

/** How a command ended and what it said. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** The whole environment, apart from PATH, HOME and TMPDIR, which are ours unless given. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** After that it is killed and the status is 137. */
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

/** Runs a command to its end; never rejects over its status. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { env = {}, input, timeoutMs = 60_000, cwd } = options;
  const { PATH = "/usr/bin:/bin", HOME = "/", TMPDIR } = process.env;
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A command that reads no input may be gone before we have written it.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({
        status: code ?? 137,
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
      });
    });
  });
}

/**
 * The words before a command of someone who is not root and in no group: nobody, who may read this clone wherever it
 * lies, and open no socket for that.
 */
export const asNobody: readonly string[] =
  "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=+dac_read_search --ambient-caps=+dac_read_search".split(
    " ",
  );
