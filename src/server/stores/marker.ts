import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { messageOf, syncPath } from "./durable.ts";
import { effectiveUid, fileFault, look } from "./ownership.ts";

/** What stands outside the state folder while an engine is guarded, so that a lost store is never taken for none. */
export interface Marker {
  /** The engine's own id, where it was known. */
  readonly engine?: string;
  /** Where the verifier finds the engine. */
  readonly dockerHost: string;
  /** The key in force. */
  readonly kid: string;
  /** RFC 3339: when this marker was written. */
  readonly since: string;
}

/** What was found at a marker's path. */
export type SeenMarker =
  | { readonly kind: "absent" }
  | { readonly kind: "present"; readonly marker: Marker }
  | { readonly kind: "unreadable"; readonly reason: string };

/** A marker that is on the disk under another name. */
export interface StagedMarker {
  /** Gives it its name, for good. */
  publish(): void;
  /** Takes it away again. */
  discard(): void;
}

const largest = 4096;

/** Reads a marker. It must belong to root, to us or to `owner`, and nobody else may write it. Never throws. */
export function readMarker(path: string, owner: number): SeenMarker {
  try {
    const stats = look(path);
    if (stats === undefined) return { kind: "absent" };
    const fault = fileFault(path, stats, [0, effectiveUid(), owner], 0o022n);
    if (fault !== undefined) return { kind: "unreadable", reason: `the marker ${fault}` };
    const marker = parseMarker(readSmall(path));
    if (marker !== undefined) return { kind: "present", marker };
    return { kind: "unreadable", reason: `the marker ${path} does not say which key is in force` };
  } catch (error) {
    return { kind: "unreadable", reason: `the marker ${path} cannot be read: ${messageOf(error)}` };
  }
}

/** Writes a marker (0644) beside its path, so that publishing it can hardly fail; throws the system's error. */
export function stageMarker(path: string, marker: Marker): StagedMarker {
  const place = resolve(path);
  const draft = `${place}.new`;
  const made = mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
  if (made !== undefined) syncPath(dirname(made));
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, "wx", 0o644);
  try {
    fchmodSync(descriptor, 0o644); // whatever the umask: clients may read it
    writeSync(descriptor, `${JSON.stringify(marker)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return {
    publish() {
      renameSync(draft, place);
      syncPath(dirname(place));
    },
    discard() {
      rmSync(draft, { force: true });
    },
  };
}

/** Takes a marker away for good; none is no error. */
export function removeMarker(path: string): void {
  const place = resolve(path);
  if (look(place) === undefined) return;
  rmSync(place, { force: true });
  syncPath(dirname(place));
}

function readSmall(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (fstatSync(descriptor).size > largest) return "";
    const bytes = Buffer.alloc(largest);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

function parseMarker(text: string): Marker | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { engine, dockerHost, kid, since } = value as Record<string, unknown>;
  if (typeof kid !== "string" || !/^[0-9a-f]{32}$/.test(kid)) return undefined;
  if (typeof dockerHost !== "string" || typeof since !== "string") return undefined;
  if (engine !== undefined && typeof engine !== "string") return undefined;
  return { dockerHost, kid, since, ...(engine === undefined ? {} : { engine }) };
}
