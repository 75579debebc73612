import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import path from "node:path";
import { Failure } from "../errors.ts";
import { syncPath } from "./stores/durable.ts";
import { effectiveUid, fileFault, look } from "./stores/ownership.ts";

/** Of the file in the state folder. */
const name = "registry.key";
const size = 32;

/**
 * The key of the registry's door, 32 bytes that are made once and are no engine's. Throws Failure("unreadable") where
 * there is one that cannot be used: another one in its place would end every refresh token without a word.
 */
export function openDoorKey(stateDir: string, random: (bytes: number) => Uint8Array): Uint8Array {
  const file = path.join(stateDir, name);
  try {
    return read(file) ?? make(file, random);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw unusable(`${file} cannot be read`, cause);
  }
}

function read(file: string): Uint8Array | undefined {
  const found = look(file);
  if (found === undefined) return undefined;
  const fault = fileFault(file, found, [0, effectiveUid()], 0o077n);
  if (fault !== undefined) throw unusable(fault);
  const bytes = readFileSync(file);
  if (bytes.length !== size) throw unusable(`${file} is not 32 bytes long`);
  return new Uint8Array(bytes);
}

function make(file: string, random: (bytes: number) => Uint8Array): Uint8Array {
  const draft = `${file}.${Buffer.from(random(8)).toString("hex")}`;
  const descriptor = openSync(draft, "wx", 0o600);
  try {
    writeSync(descriptor, random(size));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    // Unlike a rename, never in the place of one that is there
    linkSync(draft, file);
  } finally {
    unlinkSync(draft);
  }
  syncPath(path.dirname(file));
  const made = read(file);
  if (made === undefined) throw unusable(`${file} is gone again`);
  return made;
}

function unusable(fault: string, cause?: unknown): Failure {
  return new Failure("unreadable", `the key of the registry's door ${fault}`, {
    hint: "give it back as it was, or take it away: users then log in to their registries again",
    ...(cause === undefined ? {} : { cause }),
  });
}
