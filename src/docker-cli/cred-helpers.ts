import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../errors.ts";

/** As docker names it: `docker-credential-docker-id` without its beginning. */
const helper = "docker-id";

/** Has docker ask docker-id for a registry's credentials; gives whether that is new. Another helper is left alone. */
export async function addCredHelper(path: string, host: string): Promise<boolean> {
  const { settings, helpers, file } = await readDockerSettings(path);
  const before = Object.hasOwn(helpers, host) ? helpers[host] : undefined;
  if (before === helper) return false;
  if (before !== undefined) {
    throw new Failure("conflict", `docker asks another helper for ${host} already`, {
      hint: `take it out of credHelpers in ${path}, if nobody needs it`,
    });
  }
  await write(file, { ...settings, credHelpers: { ...helpers, [host]: helper } });
  return true;
}

/** Has docker no longer ask docker-id for it; gives whether it did. */
export async function removeCredHelper(path: string, host: string): Promise<boolean> {
  const { settings, helpers, file } = await readDockerSettings(path);
  if (!Object.hasOwn(helpers, host) || helpers[host] !== helper) return false;
  const { [host]: _ours, ...others } = helpers;
  const { credHelpers: _before, ...rest } = settings;
  await write(file, Object.keys(others).length === 0 ? rest : { ...settings, credHelpers: others });
  return true;
}

/** Whether docker has credentials of an earlier login, which it would not use any more. */
export async function holdsLogin(path: string, host: string): Promise<boolean> {
  const { auths } = (await readDockerSettings(path)).settings;
  return isRecord(auths) && Object.hasOwn(auths, host);
}

async function readDockerSettings(path: string) {
  // A link is to stay one
  const file = await realpath(path).catch(() => path);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new Failure("failed", `${path} cannot be read`, { cause });
  });
  const settings = text === undefined || text.trim() === "" ? {} : readJson(text);
  const helpers = isRecord(settings) ? (settings["credHelpers"] ?? {}) : undefined;
  if (!isRecord(settings) || !isRecord(helpers)) {
    throw new Failure("failed", `${path} does not read as docker's settings`, { hint: "mend it first" });
  }
  return { settings, helpers, file };
}

/** In one step, with the mode and the owner that it had; docker indents by a tab. */
async function write(file: string, settings: Record<string, unknown>): Promise<void> {
  const fresh = join(dirname(file), `.config.json.${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const before = await stat(file).catch(() => undefined);
    const handle = await open(fresh, "wx", 0o600);
    try {
      await handle.writeFile(JSON.stringify(settings, undefined, "\t"));
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (before !== undefined) {
      await chown(fresh, before.uid, before.gid);
      await chmod(fresh, before.mode & 0o7777);
    }
    await rename(fresh, file);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new Failure("failed", `${file} cannot be written`, { cause });
  }
}

/** The text may hold passwords, and the parser's message quotes it. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
