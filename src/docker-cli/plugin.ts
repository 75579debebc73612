import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "../errors.ts";
import { frontLines } from "../shell/front.ts";

/** Where the docker CLI looks for plugins of every user. */
export const systemPluginFolder = "/usr/local/lib/docker/cli-plugins";

const mark = "# docker id: written by docker-id install";

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The folder of one user's CLI plugins, as docker finds it. */
export function userPluginFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment["DOCKER_CONFIG"] || join(homedir(), ".docker"), "cli-plugins");
}

/**
 * The shell script that docker runs as `docker id`. It names the Node that installed it, so that it starts whatever
 * `node` the PATH has; once that one is gone, the PATH's is tried, and the entry itself says when it is too old. Where
 * there is no entry, what installed it is a program of its own.
 */
export function pluginScript(program: string, entry: string | undefined): string {
  if (entry === undefined) return `#!/bin/sh\n${mark}\n${frontLines(quote(program))}`;
  return `#!/bin/sh
${mark}
node=${quote(program)}
[ -x "$node" ] || node=node
${frontLines(`"$node" ${quote(entry)}`)}`;
}

/** Whether the file at this path is a script of ours; undefined when there is no file. */
export async function isOurPlugin(path: string): Promise<boolean | undefined> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new Failure("failed", `${path} cannot be read`, { cause });
  });
  return text?.includes(mark);
}

/** Puts `docker id` into a folder of CLI plugins in one step; gives the path. Someone else's file is left alone. */
export async function installPlugin(folder: string, start: readonly string[]): Promise<string> {
  const path = join(folder, "docker-id");
  if ((await isOurPlugin(path)) === false) {
    throw new Failure("conflict", `${path} is there and is not docker-id's`, { hint: "move it away first" });
  }
  const fresh = join(folder, `.docker-id.${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(fresh, pluginScript(start[0] ?? "docker-id", start[1]), { flag: "wx" });
    await chmod(fresh, 0o755);
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new Failure("failed", `${folder} cannot be written`, { cause });
  }
  return path;
}

/** Takes it away again; gives whether there was one of ours. */
export async function removePlugin(folder: string): Promise<boolean> {
  const path = join(folder, "docker-id");
  if ((await isOurPlugin(path)) !== true) return false;
  await rm(path);
  return true;
}
