import { closeSync, existsSync, openSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure } from "../errors.ts";

/** A hold on a state folder. */
export interface Lock {
  release(): void;
}

/**
 * Holds a state folder for one verifier, until released or until the process is gone; undefined where there is no such
 * folder. Throws Failure("conflict") when another verifier holds it.
 */
export function lockFolder(folder: string): Lock | undefined {
  if (!existsSync(folder)) return undefined;
  const file = path.join(folder, "lock.db");
  closeSync(openSync(file, "a", 0o600));
  // SQLite's lock is the kernel's: a crash lets it go, and Node has no flock of its own
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    if (!(cause instanceof Error && "errcode" in cause && cause.errcode === SQLITE_BUSY)) throw cause;
    throw new Failure("conflict", `another verifier runs on ${folder}`, { hint: "stop it first", cause });
  }
  return { release: () => database.close() };
}

const SQLITE_BUSY = 5;
