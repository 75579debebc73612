import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { node } from "./node.ts";
import { entry } from "./verifier.ts";

/** A verifier in the foreground, started as a person does. */
export interface Serving {
  readonly child: ChildProcess;
  /** All that it has said on both outputs. */
  readonly said: () => string;
  /** Its exit status; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Starts docker-id with these words in the folder, which is also its home. */
export function launchServing(folder: string, words: readonly string[]): Serving {
  const env = { PATH: process.env["PATH"], HOME: folder };
  const child = spawn(node, [entry, ...words], { env, cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, said: () => said, ended };
}

/** Ends what still runs of them, and waits for that. */
export async function endServing(servings: readonly Serving[]): Promise<void> {
  for (const { child } of servings) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
}
