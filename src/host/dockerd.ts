import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Failure } from "../errors.ts";

/** A running engine's process. */
export interface Dockerd {
  readonly pid: number;
  /** The value of its `--config-file`, when it was given one. */
  readonly configFile: string | undefined;
  /** The plugins that its command line names, which no reload takes back. */
  readonly flagPlugins: readonly string[];
}

/** Every value of a flag in an argv, in both of its spellings. */
function valuesOf(argv: readonly string[], flag: string): string[] {
  return argv.flatMap((word, at) => {
    if (word.startsWith(`--${flag}=`)) return [word.slice(flag.length + 3)];
    const next = argv[at + 1];
    return word === `--${flag}` && next !== undefined ? [next] : [];
  });
}

/** Finds dockerd by its pid file; undefined when it does not run. A pid that is another program's by now is not taken. */
export async function findDockerd(pidFile: string): Promise<Dockerd | undefined> {
  const text = await readFile(pidFile, "utf8").catch(() => "");
  const pid = Number(text.trim());
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  const argv = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  if (basename(argv[0] ?? "") !== "dockerd") return undefined;
  return {
    pid,
    configFile: valuesOf(argv, "config-file").at(-1),
    flagPlugins: valuesOf(argv, "authorization-plugin").flatMap((names) => names.split(",")),
  };
}

/** Has dockerd read its daemon.json again (SIGHUP). */
export function reload(dockerd: Dockerd): void {
  try {
    process.kill(dockerd.pid, "SIGHUP");
  } catch (cause) {
    throw new Failure("failed", "dockerd could not be told to read its configuration again", { cause });
  }
}
