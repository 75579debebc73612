import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import type { Endpoint, TlsFiles } from "./endpoint.ts";

/** What stands beside a forwarder's socket: the engine that is meant, for which ids are kept. */
export interface Forwarded {
  readonly host: string;
  readonly tls?: TlsFiles;
  readonly context?: string;
}

/** Where it stands. */
export function recordPath(socket: string): string {
  return `${socket}.engine`;
}

/** Spells an engine for {@link readForwarded}. */
export function formatForwarded({ address, name, tls, context }: Endpoint): string {
  const host = address.transport === "unix" ? `unix://${address.path}` : name;
  return JSON.stringify({ host, tls, context });
}

/**
 * The engine that a socket of docker-id's stands for; undefined for any other socket. A record that someone else could
 * have written is none: it would have ids sent wherever they like.
 */
export function readForwarded(socket: string): Forwarded | undefined {
  const text = readOurs(recordPath(socket));
  if (text === undefined) return undefined;
  try {
    return toForwarded(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Reads what {@link formatForwarded} spelled, taken out of its JSON; undefined for anything else. */
export function toForwarded(value: unknown): Forwarded | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { host, tls, context } = value as Record<string, unknown>;
  if (typeof host !== "string" || (tls !== undefined && !isTls(tls))) return undefined;
  return {
    host,
    ...(tls === undefined ? {} : { tls }),
    ...(typeof context === "string" ? { context } : {}),
  };
}

function readOurs(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    const { uid, mode } = fstatSync(file);
    const ours = (uid === 0 || uid === process.getuid?.()) && (mode & 0o022) === 0;
    return ours ? readFileSync(file, "utf8") : undefined;
  } finally {
    closeSync(file);
  }
}

function isTls(value: unknown): value is TlsFiles {
  if (typeof value !== "object" || value === null) return false;
  const { verify, ...files } = value as Record<string, unknown>;
  return typeof verify === "boolean" && Object.values(files).every((path) => typeof path === "string");
}
