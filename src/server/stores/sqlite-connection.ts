import type { BigIntStats } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { Failure } from "../../errors.ts";
import { messageOf } from "./durable.ts";
import { fileFault, folderFault, look } from "./ownership.ts";
import { applicationId, databasePath, schemaVersion } from "./sqlite-schema.ts";

/** How long one statement may wait for another process's lock; the verifier stands still meanwhile. */
const busyTimeoutMs = 250;

/** What is seen of the folder and the file by their paths. */
export interface Sight {
  readonly folder: BigIntStats;
  readonly file: BigIntStats;
}

/** An open database whose bytes have been verified, and what was seen of it then. */
export interface Connection {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly sight: Sight;
}

type Statements = ReturnType<typeof prepareAll>;

/** Looks at the paths; Failure("unreadable") when something is missing, not ours, or open to others. */
export function sightOf(folder: string, owner: number): Sight {
  const path = databasePath(folder);
  const folderStats = lookAt(folder);
  if (folderStats === undefined) throw new Failure("unreadable", `the state folder ${folder} is gone`);
  const fileStats = lookAt(path);
  if (fileStats === undefined) throw new Failure("unreadable", `the store ${path} is gone`);
  const fault = folderFault(folder, folderStats, owner) ?? fileFault(path, fileStats, [owner], 0o077n);
  if (fault !== undefined) throw new Failure("unreadable", fault);
  return { folder: folderStats, file: fileStats };
}

function lookAt(path: string): BigIntStats | undefined {
  try {
    return look(path);
  } catch (error) {
    throw new Failure("unreadable", `the store cannot be reached: ${messageOf(error)}`, { cause: error });
  }
}

/** Whether two sights are of the same folder and file, whatever is in them. */
export function sameFile(one: Sight, other: Sight): boolean {
  return (
    one.file.ino === other.file.ino &&
    one.file.dev === other.file.dev &&
    one.folder.ino === other.folder.ino &&
    one.folder.dev === other.folder.dev
  );
}

/** Whether the file's bytes look untouched between two sights. */
export function sameBytes(one: Sight, other: Sight): boolean {
  return one.file.mtimeNs === other.file.mtimeNs && one.file.size === other.file.size;
}

/** Opens and verifies the database; Failure("unreadable") says what is wrong with it. Makes no file. */
export function connect(folder: string, owner: number): Connection {
  const before = sightOf(folder, owner);
  const path = databasePath(folder);
  const address = pathToFileURL(path);
  address.search = "?mode=rw"; // a plain path would be made when it is missing
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(address, { timeout: busyTimeoutMs });
    const fault = prepareConnection(database);
    if (fault !== undefined) throw new Failure("unreadable", `the store ${path} ${fault}`);
    const statements = prepareAll(database);
    const sight = sightOf(folder, owner);
    if (!sameFile(before, sight)) throw new Failure("unreadable", `the store ${path} was replaced while it was opened`);
    return { database, statements, sight };
  } catch (error) {
    database?.close();
    if (error instanceof Failure) throw error;
    throw new Failure("unreadable", `the store ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function prepareConnection(database: DatabaseSync): string | undefined {
  if (pragma(database, "application_id") !== applicationId) return "is not a store of docker-id";
  const version = pragma(database, "user_version");
  if (version !== schemaVersion) return `has schema ${String(version)}; this verifier reads ${schemaVersion}`;
  if (pragma(database, "quick_check(1)") !== "ok") return "is corrupt";
  if (pragma(database, "journal_mode = WAL") !== "wal") return "cannot keep a write-ahead log";
  database.exec("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;");
  return undefined;
}

function pragma(database: DatabaseSync, text: string): unknown {
  const row = database.prepare(`PRAGMA ${text}`).get();
  return row === undefined ? undefined : Object.values(row)[0];
}

function prepareAll(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    dataVersion: prepare("PRAGMA data_version"),
    state: prepare("SELECT kind, kid FROM state"),
    setState: prepare("UPDATE state SET kind = ?, kid = ?"),
    key: prepare("SELECT key, salt, identifier FROM keys WHERE kid = ?"),
    addKey: prepare("INSERT INTO keys (kid, key, salt, identifier) VALUES (?, ?, ?, ?)"),
    dropKey: prepare("DELETE FROM keys WHERE kid = ?"),
    retired: prepare("SELECT 1 FROM retired WHERE kid = ?"),
    retire: prepare("INSERT INTO retired (kid) VALUES (?)"),
    revoked: prepare("SELECT 1 FROM revoked WHERE point = ?"),
    // of two terms the later stands, and none is the latest
    revoke: prepare(
      `INSERT INTO revoked (point, until) VALUES (?, ?) ON CONFLICT (point) DO UPDATE SET
       until = CASE WHEN until IS NULL OR excluded.until IS NULL THEN NULL ELSE max(until, excluded.until) END`,
    ),
    forget: prepare("DELETE FROM revoked WHERE until IS NOT NULL AND until <= ?"),
  };
}
