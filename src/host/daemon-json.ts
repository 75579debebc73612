import { randomBytes } from "node:crypto";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../errors.ts";

const key = "authorization-plugins";

/** The engine's configuration file as far as the guard is concerned. */
export interface DaemonJson {
  readonly path: string;
  /** Its text as found; undefined when there is no such file. */
  readonly text: string | undefined;
  /** The plugins that it names. */
  readonly plugins: readonly string[];
}

/** Reads daemon.json strictly: what the engine could not start with is never touched. */
export async function readDaemonJson(path: string): Promise<DaemonJson> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { path, text: undefined, plugins: [] };
    throw new Failure("failed", `${path} cannot be read`, { cause });
  }
  return { path, text, plugins: pluginsOf(parse(path, text), path) };
}

function parse(path: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch (cause) {
    throw new Failure("failed", `${path} is not JSON, so the engine could not start with it either`, {
      hint: "mend it first; nothing was changed",
      cause,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure("failed", `${path} does not hold a JSON object`, { hint: "mend it first; nothing was changed" });
  }
  return value as Record<string, unknown>;
}

function pluginsOf(settings: Record<string, unknown>, path: string): readonly string[] {
  const value = settings[key] ?? [];
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string")) {
    throw new Failure("failed", `"${key}" in ${path} is not a list of names`, {
      hint: "mend it first; nothing was changed",
    });
  }
  return value;
}

/** Writes the file with exactly these plugins, all else as it was, in one step; an empty list takes the key away. */
export async function writePlugins(found: DaemonJson, plugins: readonly string[]): Promise<void> {
  const settings = parse(found.path, found.text ?? "{}");
  if (plugins.length === 0) delete settings[key];
  else settings[key] = [...plugins];
  const indent = /^([ \t]+)"/m.exec(found.text ?? "")?.[1] ?? "  ";
  await replaceFile(found.path, JSON.stringify(settings, null, indent) + "\n");
}

/** Replaces a file by rename, through links, keeping owner and mode, so that a crash leaves the old or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const old = await stat(target).catch(() => undefined);
  const fresh = join(dirname(target), `.${randomBytes(8).toString("hex")}.tmp`);
  const file = await open(fresh, "wx", 0o600);
  try {
    await file.writeFile(text);
    if (old) await file.chown(old.uid, old.gid);
    await file.chmod(old ? old.mode & 0o777 : 0o644);
    await file.sync();
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new Failure("failed", `${path} cannot be written`, { cause });
  } finally {
    await file.close();
  }
  await rename(fresh, target);
}
