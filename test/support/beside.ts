import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Docker } from "./dockers.ts";
import { node } from "./node.ts";
import { type Outcome, type RunOptions, run } from "./run.ts";

/** The package's command. */
export const command = new URL("../../bin/docker-id", import.meta.url).pathname;

/** Runs it as that person, with a docker of one's choice first on the PATH. */
export async function callBeside(
  env: Readonly<Record<string, string>>,
  cli: Docker,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return await run(command, args, { ...options, env: { ...besideEnvironment(env, cli), ...options.env } });
}

export function besideEnvironment(env: Readonly<Record<string, string>>, cli: Docker): Record<string, string> {
  return { ...env, PATH: `${dirname(node)}:${dirname(cli.path)}:${process.env["PATH"] ?? ""}` };
}

/** The processes that stand beside this one. */
export function companionsOf(pid: number): number[] {
  return processes().filter((each) => {
    const words = readWords(each);
    const at = words.indexOf("accompany");
    return at > 0 && words[at + 1] === String(pid);
  });
}

/** All that live, and are not only yet to be waited for, with this among their words. */
export function livingWith(word: string): number[] {
  return processes().filter((each) => readWords(each).some((one) => one.includes(word)) && stateOf(each) !== "Z");
}

/** All whose words are these and no others. */
export function livingExactly(...words: readonly string[]): number[] {
  return processes().filter((each) => readWords(each).join("\0") === `${words.join("\0")}\0`);
}

/** Children of ours, or of anybody, that ended and were not waited for, by their parent. */
export function zombiesOf(parent: number): number[] {
  return processes().filter((each) => stateOf(each) === "Z" && parentOf(each) === parent);
}

function processes(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readWords(pid: number): string[] {
  return read(pid, "cmdline").split("\0");
}

function stateOf(pid: number): string {
  return fieldsOf(pid)[0] ?? "";
}

function parentOf(pid: number): number {
  return Number(fieldsOf(pid)[1]);
}

function fieldsOf(pid: number): string[] {
  const stat = read(pid, "stat");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
