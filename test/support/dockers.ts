import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";

/** A docker CLI of this machine. */
export interface Docker {
  readonly path: string;
  /** `28.2.2`. */
  readonly version: string;
  readonly major: number;
  /** How it takes a header: from the environment since 27.1, before that from config.json alone. */
  readonly headers: "DOCKER_CUSTOM_HEADERS" | "HttpHeaders";
}

/** All of them, one a version, newest first. */
export const dockers: readonly Docker[] = findDockers();

function findDockers(): Docker[] {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/local/bin", "/usr/bin"];
  const paths = new Set(folders.map((folder) => resolve(`${folder}/docker`)).filter((path) => path !== undefined));
  const byVersion = new Map<string, Docker>();
  for (const path of paths) {
    const docker = ask(path);
    if (docker !== undefined && !byVersion.has(docker.version)) byVersion.set(docker.version, docker);
  }
  return [...byVersion.values()].toSorted((one, other) => other.major - one.major);
}

function resolve(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function ask(path: string): Docker | undefined {
  let said: string;
  try {
    said = execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
  const [, version, major, minor] = /version ((\d+)\.(\d+)[\d.]*)/.exec(said) ?? [];
  if (version === undefined) return undefined;
  const fromEnvironment = Number(major) > 27 || (Number(major) === 27 && Number(minor) >= 1);
  return { path, version, major: Number(major), headers: fromEnvironment ? "DOCKER_CUSTOM_HEADERS" : "HttpHeaders" };
}

/** The newest of them, for what does not depend on it. */
export function newestDocker(): Docker {
  const [newest] = dockers;
  if (newest === undefined) throw new Error("there is no docker CLI here");
  return newest;
}
