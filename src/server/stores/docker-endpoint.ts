import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** One spelling for an engine's endpoint, so that `/var/run/docker.sock` and `/run/docker.sock` are the same engine. */
export function canonicalEndpoint(dockerHost: string): string {
  const path = /^unix:\/\/(\/.*)$/.exec(dockerHost)?.[1];
  if (path === undefined) return dockerHost;
  return `unix://${real(path) ?? join(real(dirname(path)) ?? resolve(dirname(path)), basename(path))}`;
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // the engine may not have made it yet
  }
}
