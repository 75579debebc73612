import { randomUUID } from "node:crypto";
import { closeSync, linkSync, mkdirSync, openSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure } from "../../errors.ts";
import { syncPath } from "./durable.ts";
import { folderFault, look } from "./ownership.ts";

/** The only schema that is read; another one is unreadable. */
export const schemaVersion = 1;

/** SQLite's `application_id`: the letters `dkid`. */
export const applicationId = 0x646b6964;

const schema = `
  CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    kind TEXT NOT NULL CHECK (kind IN ('open', 'guarded')),
    kid TEXT,
    CHECK ((kind = 'guarded') = (kid IS NOT NULL))
  ) STRICT;
  CREATE TABLE keys (
    kid TEXT PRIMARY KEY, key BLOB NOT NULL, salt BLOB, identifier TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE retired (kid TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE revoked (point BLOB PRIMARY KEY, until INTEGER) STRICT, WITHOUT ROWID;
  CREATE INDEX forgettable ON revoked (until) WHERE until IS NOT NULL;
  INSERT INTO state VALUES (1, 'open', NULL);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`;

/** The database file of a state folder. */
export function databasePath(folder: string): string {
  return join(folder, "state.db");
}

/** Whether a state folder holds neither a database nor what one leaves behind; throws where that cannot be told. */
export function holdsNoDatabase(folder: string): boolean {
  const path = databasePath(folder);
  return [path, `${path}-wal`, `${path}-shm`, `${path}-journal`].every((each) => look(each) === undefined);
}

/**
 * Makes the folder (0700) and in it a database that records *open*. It appears whole or not at all; Failure("conflict")
 * when there is one already.
 */
export function createDatabase(folder: string, owner: number): void {
  if (look(folder) === undefined) {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
    mkdirSync(folder, { mode: 0o700 });
    syncPath(dirname(folder));
  }
  const stats = look(folder);
  const fault = stats === undefined ? `${folder} cannot be made` : folderFault(folder, stats, owner);
  if (fault !== undefined) throw new Failure("unreadable", fault);
  const path = databasePath(folder);
  if (!holdsNoDatabase(folder))
    throw new Failure("conflict", `${folder} already holds a store, or what is left of one`);
  const draft = `${path}.${randomUUID()}`;
  closeSync(openSync(draft, "wx", 0o600));
  try {
    const database = new DatabaseSync(draft);
    try {
      database.exec(`PRAGMA synchronous = FULL; BEGIN; ${schema} COMMIT; PRAGMA journal_mode = WAL;`);
    } finally {
      database.close();
    }
    syncPath(draft);
    linkSync(draft, path);
  } finally {
    unlinkSync(draft);
  }
  syncPath(folder);
}
