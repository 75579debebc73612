import { resolve } from "node:path";
import { Failure } from "../../errors.ts";
import { messageOf } from "./durable.ts";
import { effectiveUid } from "./ownership.ts";
import { connect, sameBytes, sameFile, sightOf } from "./sqlite-connection.ts";
import type { Connection, Sight } from "./sqlite-connection.ts";
import { createDatabase, databasePath } from "./sqlite-schema.ts";
import type { RecordedState, Revocation, RootKey, Store } from "./store.ts";

/** Where a SQLite store lives and whom it must belong to. */
export interface SqliteOptions {
  /** The state folder; made with mode 0700 when `create`. */
  readonly folder: string;
  /** Makes a new store that records *open*; Failure("conflict") when there is one. */
  readonly create: boolean;
  /** The uid that must own folder and file; by default our own. */
  readonly owner?: number;
}

/**
 * The store of one machine, in `state.db` of its folder. Throws, and every method rejects, with Failure("unreadable")
 * when folder or file is gone, replaced, corrupt, open to others or somebody else's; writes that did not happen reject
 * with Failure("failed").
 */
export function openSqliteStore(options: SqliteOptions): Store {
  const folder = resolve(options.folder);
  const owner = options.owner ?? effectiveUid();
  if (options.create) create(folder, owner);
  let connection = connect(folder, owner);
  let closed = false;
  let version = 0;
  let observed: { readonly sight: Sight; readonly dataVersion: unknown } | undefined;

  /** The connection, once the file behind it is known to be the one at its path; reopened when its bytes were touched. */
  function current(): Connection {
    if (closed) throw new Failure("unreadable", "the store is closed");
    const sight = sightOf(folder, owner);
    if (!sameFile(sight, connection.sight)) throw new Failure("unreadable", `${databasePath(folder)} was replaced`);
    if (!sameBytes(sight, connection.sight)) {
      // SQLite would go on answering from its page cache
      const stale = connection.database;
      connection = connect(folder, owner);
      stale.close();
    }
    return connection;
  }

  function observe(): typeof observed {
    try {
      if (closed) return undefined;
      return { sight: sightOf(folder, owner), dataVersion: connection.statements.dataVersion.get()?.["data_version"] };
    } catch {
      return undefined;
    }
  }

  function read<T>(from: (connection: Connection) => T): T {
    try {
      return from(current());
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure("unreadable", `the store cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }

  function write<T>(change: (connection: Connection) => T): T {
    const { database } = read((live) => live);
    try {
      database.exec("BEGIN IMMEDIATE");
      recordedState(connection); // nothing is added to what cannot be read
      const result = change(connection);
      database.exec("COMMIT");
      version += 1;
      settle();
      return result;
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
      if (error instanceof Failure) throw error;
      throw new Failure("failed", `the store could not be written: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Moves what was committed into the main file, which then alone is the truth, and sees that it is still ours. */
  function settle(): void {
    try {
      connection.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // the commit is on the disk all the same, in the log
    }
    const sight = sightOf(folder, owner);
    if (!sameFile(sight, connection.sight)) {
      throw new Failure("unreadable", `${databasePath(folder)} was replaced while it was written`);
    }
    connection = { ...connection, sight };
  }

  return {
    state: async () => read(recordedState),
    version() {
      const now = observe();
      const unchanged =
        now !== undefined &&
        observed !== undefined &&
        now.dataVersion === observed.dataVersion &&
        sameFile(now.sight, observed.sight) &&
        sameBytes(now.sight, observed.sight);
      if (!unchanged) version += 1;
      observed = now;
      return version;
    },
    rootKey: async (kid) => read((live) => keyOf(live, kid)),
    install: async (key) => {
      assertKey(key);
      write((live) => {
        if (recordedState(live).kind === "guarded") throw new Failure("conflict", "the engine is already guarded");
        if (isRetired(live, key.kid)) throw new Failure("conflict", `the key ${key.kid} is retired for good`);
        live.statements.addKey.run(key.kid, key.key, key.salt ?? null, key.identifier);
        live.statements.setState.run("guarded", key.kid);
      });
    },
    retire: async (kid) =>
      write((live) => {
        const state = recordedState(live);
        if (state.kind !== "guarded" || state.kid !== kid) {
          throw new Failure("conflict", `the key ${kid} is not the one in force`);
        }
        live.statements.retire.run(kid);
        live.statements.dropKey.run(kid);
        live.statements.setState.run("open", null);
      }),
    retired: async (kid) => read((live) => isRetired(live, kid)),
    revoke: async ({ point, until }) =>
      write((live) => {
        live.statements.revoke.run(pointBytes(point), until === undefined ? null : until.getTime());
      }),
    revoked: async (digests, links) =>
      read(({ database, statements: { revoked } }) => {
        database.exec("BEGIN"); // one lock for all of them: five times as fast
        try {
          return (
            digests.some((signature) => revoked.get(pointBytes({ signature })) !== undefined) ||
            links.some((link) => revoked.get(pointBytes({ link })) !== undefined)
          );
        } finally {
          database.exec("COMMIT");
        }
      }),
    forget: async (now) => write((live) => Number(live.statements.forget.run(now.getTime()).changes)),
    close: async () => {
      if (!closed) connection.database.close();
      closed = true;
    },
  };
}

function create(folder: string, owner: number): void {
  try {
    createDatabase(folder, owner);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("failed", `no store could be made in ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

function recordedState(live: Connection): RecordedState {
  const [row, ...more] = live.statements.state.all();
  const kid = row?.["kid"];
  if (row?.["kind"] === "open" && kid === null && more.length === 0) return { kind: "open" };
  if (row?.["kind"] === "guarded" && typeof kid === "string" && more.length === 0 && keyOf(live, kid) !== undefined) {
    return { kind: "guarded", kid };
  }
  throw new Failure("unreadable", "the store records no state that can be read");
}

function keyOf(live: Connection, kid: string): RootKey | undefined {
  const row = live.statements.key.get(kid);
  if (row === undefined) return undefined;
  const { key, salt, identifier } = row;
  if (is32Bytes(key) && typeof identifier === "string") {
    if (salt === null) return { kid, key, identifier };
    if (is32Bytes(salt)) return { kid, key, salt, identifier };
  }
  throw new Failure("unreadable", `the root key ${kid} cannot be read from the store`);
}

function is32Bytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 32;
}

function isRetired(live: Connection, kid: string): boolean {
  return live.statements.retired.get(kid) !== undefined;
}

function assertKey({ kid, key, salt, identifier }: RootKey): void {
  if (!/^[0-9a-f]{32}$/.test(kid)) throw new Failure("misuse", "a key's id is 32 lower-case hex digits");
  if (!is32Bytes(key)) throw new Failure("misuse", "a root key is 32 bytes");
  if (salt !== undefined && !is32Bytes(salt)) throw new Failure("misuse", "a salt is 32 bytes");
  if (identifier === "" || identifier.length > 256)
    throw new Failure("misuse", "an identifier has 1 to 256 characters");
}

/** One key space for both kinds of point; the first byte tells them apart. */
function pointBytes(point: Revocation["point"]): Uint8Array {
  if ("signature" in point) {
    if (!is32Bytes(point.signature)) throw new Failure("misuse", "a revoked point is a SHA-256 digest");
    return Buffer.concat([Buffer.of(0), point.signature]);
  }
  return Buffer.concat([Buffer.of(1), Buffer.from(point.link, "utf8")]);
}
