import { spawn } from "node:child_process";

/** Median wall time of a command that ends with status 0, in ms. */
export async function medianMs(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  rounds = 15,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timeMs(command, args, env));
  return median(times);
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Wall time of one run, in ms; rejects when it does not end with status 0. */
export function timeMs(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      if (status === 0) resolve(performance.now() - began);
      else reject(new Error(`${command} ${args.join(" ")} ended with ${status}: ${said}`));
    });
  });
}
