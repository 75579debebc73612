import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../errors.ts";
import { contextFolder, forwardedField } from "./contexts.ts";
import type { Endpoint } from "./endpoint.ts";
import { formatForwarded, toForwarded } from "./forwarded.ts";

/** What docker's contexts of ours are called: one for each context whose engine they stand for. */
export function ownContextName(engine: Endpoint): string {
  return engine.context === undefined ? "docker-id" : `docker-id-${engine.context}`;
}

/** Makes a docker context of a forwarder's socket, in place of an earlier one of ours; somebody else's is left alone. */
export async function writeOwnContext(
  configFolder: string,
  name: string,
  socket: string,
  engine: Endpoint,
): Promise<void> {
  const folder = contextFolder(configFolder, name);
  if ((await isOurs(folder)) === false) {
    throw new Failure("conflict", `there is a docker context ${name} that is not docker-id's`, {
      hint: `docker context rm ${name}, if nobody needs it`,
    });
  }
  const meta = {
    Name: name,
    Metadata: {
      Description: `${engine.name} under the default id of docker-id`,
      [forwardedField]: JSON.parse(formatForwarded(engine)) as unknown,
    },
    Endpoints: { docker: { Host: `unix://${socket}`, SkipTLSVerify: false } },
  };
  const fresh = join(folder, `.meta.${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(fresh, JSON.stringify(meta), { flag: "wx", mode: 0o644 });
    await rename(fresh, join(folder, "meta.json"));
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new Failure("failed", `the docker context ${name} cannot be written`, { cause });
  }
}

/** Takes it away; gives whether there was one of ours. */
export async function removeOwnContext(configFolder: string, name: string): Promise<boolean> {
  const folder = contextFolder(configFolder, name);
  if ((await isOurs(folder)) !== true) return false;
  await rm(folder, { recursive: true });
  return true;
}

/** Undefined where there is no context of that name. */
async function isOurs(folder: string): Promise<boolean | undefined> {
  const path = join(folder, "meta.json");
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new Failure("failed", `${path} cannot be read`, { cause });
  });
  if (text === undefined) return undefined;
  try {
    const { Metadata: metadata } = JSON.parse(text) as { Metadata?: Record<string, unknown> };
    return toForwarded(metadata?.[forwardedField]) !== undefined;
  } catch {
    return false;
  }
}
