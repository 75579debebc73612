import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../errors.ts";
import { type Forwarded, toForwarded } from "./forwarded.ts";

/** What docker keeps of a context, as far as the engine's address goes. */
export interface DockerContext {
  /** As docker would dial it. */
  readonly host: string;
  readonly skipTlsVerify: boolean;
  /** Where `ca.pem`, `cert.pem` and `key.pem` are, if the context has any. */
  readonly tlsFolder: string;
  /** The engine that is meant, where the address is a socket of docker-id's. */
  readonly forwarded?: Forwarded;
}

/** The field of a context of docker-id's own that says which engine is meant; docker keeps what it does not know. */
export const forwardedField = "DockerIdEngine";

/** The context that docker's configuration makes current; undefined where none is named or docker's own default is. */
export function readCurrentContext(configFolder: string): string | undefined {
  const path = join(configFolder, "config.json");
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const found = readRecord(text, path)["currentContext"];
  return typeof found === "string" && found !== "" && found !== "default" ? found : undefined;
}

/** Reads a context by name; throws Failure("not_found") when docker keeps none of that name. */
export function readContext(configFolder: string, name: string): DockerContext {
  const path = join(contextFolder(configFolder, name), "meta.json");
  const text = readIfThere(path);
  if (text === undefined) {
    throw new Failure("not_found", `docker has no context ${JSON.stringify(name)}`, { hint: "docker context ls" });
  }
  const { Endpoints: endpoints, Metadata: metadata } = readRecord(text, path);
  const docker = isRecord(endpoints) ? endpoints["docker"] : undefined;
  const host = isRecord(docker) ? docker["Host"] : undefined;
  if (!isRecord(docker) || typeof host !== "string") {
    throw new Failure("failed", `the docker context ${JSON.stringify(name)} names no engine`);
  }
  const forwarded = isRecord(metadata) ? toForwarded(metadata[forwardedField]) : undefined;
  return {
    ...(forwarded === undefined ? {} : { forwarded }),
    host,
    skipTlsVerify: docker["SkipTLSVerify"] === true,
    tlsFolder: join(configFolder, "contexts", "tls", hashOf(name), "docker"),
  };
}

/** Where docker keeps a context. */
export function contextFolder(configFolder: string, name: string): string {
  return join(configFolder, "contexts", "meta", hashOf(name));
}

function hashOf(name: string): string {
  // Loading it takes as long as all else that `show` does, and most people have no context.
  return process.getBuiltinModule("node:crypto").hash("sha256", name, "hex");
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Failure("failed", `${path} cannot be read`, { cause });
  }
}

function readRecord(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // The text may hold registry passwords, and the parser's message quotes it.
  }
  throw new Failure("failed", `${path} is not readable as JSON`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
