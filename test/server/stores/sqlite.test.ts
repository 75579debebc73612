import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../../src/server/stores/sqlite.ts";
import type { Store } from "../../../src/server/stores/store.ts";
import { someKey } from "../../suites/some-key.ts";
import { storeSuite } from "../../suites/store-suite.ts";

storeSuite("sqlite", async () => {
  const root = mkdtempSync(join(tmpdir(), "docker-id-sqlite-"));
  const folder = join(root, "state");
  return {
    create: async () => openSqliteStore({ folder, create: true }),
    reopen: async () => openSqliteStore({ folder, create: false }),
    remove: async () => rmSync(root, { recursive: true }),
  };
});

describe("a SQLite store on the disk", () => {
  let root: string;
  let folder: string;
  let file: string;
  let store: Store;
  const key = someKey();
  const open = () => openSqliteStore({ folder, create: false });

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "docker-id-sqlite-"));
    folder = join(root, "a", "state");
    file = join(folder, "state.db");
    store = openSqliteStore({ folder, create: true });
    await store.install(key);
  });
  afterEach(async () => {
    await store.close();
    rmSync(root, { recursive: true });
  });

  it("is a 0600 file in a 0700 folder, its log too, and leaves no draft", () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder))
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(readdirSync(folder).filter((name) => !/^state\.db(-wal|-shm)?$/.test(name))).toEqual([]);
  });

  it("keeps no key that was retired in any of its files", async () => {
    const holds = () =>
      readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(Buffer.from(key.key)));
    expect(holds()).toBe(true);
    await store.retire(key.kid);
    expect(holds()).toBe(false);
  });

  it("makes no file when there is none to open", () => {
    const empty = join(root, "empty");
    mkdirSync(empty, { mode: 0o700 });
    expect(() => openSqliteStore({ folder: empty, create: false })).toThrow("is gone");
    expect(() => openSqliteStore({ folder: join(root, "none"), create: false })).toThrow("is gone");
    expect(readdirSync(empty)).toEqual([]);
  });

  it("makes no store over what another left behind", async () => {
    await store.close();
    rmSync(file);
    writeFileSync(`${file}-wal`, "");
    expect(() => openSqliteStore({ folder, create: true })).toThrow("what is left of one");
  });

  // every way in which a stopped verifier may find its store again
  const spoiled: [string, () => void][] = [
    ["zeros over its first page", () => writeFileSync(file, Buffer.alloc(4096), { flag: "r+" })],
    ["another kind of file", () => writeFileSync(file, "guarded: false\n")],
    ["an empty file", () => truncateSync(file, 0)],
    ["half of it", () => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ["one page less", () => truncateSync(file, statSync(file).size - 4096)],
    ["noise after its first page", () => writeFileSync(file, spoil(readFileSync(file), 4096))],
    [
      "a database of something else",
      () => {
        rmSync(file);
        new DatabaseSync(file).exec("CREATE TABLE state (kind, kid); INSERT INTO state VALUES ('open', NULL)");
        chmodSync(file, 0o600);
      },
    ],
    ["another schema", () => withDatabase(file, "PRAGMA user_version = 2")],
    ["no state", () => withDatabase(file, "DELETE FROM state")],
    ["a state whose key is missing", () => withDatabase(file, "DELETE FROM keys")],
    ["a key of the wrong size", () => withDatabase(file, "UPDATE keys SET key = x'00'")],
    ["a salt of the wrong size", () => withDatabase(file, "UPDATE keys SET salt = x'00'")],
    ["no table of revocations", () => withDatabase(file, "DROP TABLE revoked")],
    ["a file that others may read", () => chmodSync(file, 0o644)],
    ["a file that others may write", () => chmodSync(file, 0o602)],
    ["a folder that others may write", () => chmodSync(folder, 0o770)],
    [
      "a link to the file",
      () => {
        renameSync(file, join(root, "real"));
        symlinkSync(join(root, "real"), file);
      },
    ],
    [
      "a link to the folder",
      () => {
        renameSync(folder, join(root, "real"));
        symlinkSync(join(root, "real"), folder);
      },
    ],
    [
      "a folder in the file's place",
      () => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
    [
      "a file in the folder's place",
      () => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, "");
      },
    ],
    ["no file", () => rmSync(file)],
    ["no folder", () => rmSync(folder, { recursive: true })],
  ];

  it.each(spoiled)("does not read, when it starts over %s", async (_what, act) => {
    await store.close();
    act();
    await expect((async () => open().state())()).rejects.toMatchObject({ code: "unreadable" });
  });

  it.each(spoiled)("reads no longer, when while it runs comes %s", async (_what, act) => {
    const before = store.version();
    act();
    expect(store.version()).not.toBe(before);
    await expect(store.state()).rejects.toMatchObject({ code: "unreadable" });
    await expect(store.retire(key.kid)).rejects.toMatchObject({ code: "unreadable" });
    await expect(store.revoke({ point: { link: "x" } })).rejects.toMatchObject({ code: "unreadable" });
  });

  it.skipIf(process.getuid?.() !== 0)("does not read what belongs to somebody else (needs root)", async () => {
    chownSync(file, 65534, 65534);
    await expect(store.state()).rejects.toMatchObject({ code: "unreadable" });
    chownSync(folder, 65534, 65534);
    expect(open).toThrow("belongs to user 65534");
    await store.close();
    const theirs = openSqliteStore({ folder, create: false, owner: 65534 });
    expect(await theirs.state()).toEqual({ kind: "guarded", kid: key.kid });
    for (const name of readdirSync(folder)) expect([name, lstatSync(join(folder, name)).uid]).toEqual([name, 65534]);
    await theirs.close();
  });

  it("rejects from then on when the folder is replaced by a copy, though the descriptor still reads", async () => {
    cpSync(folder, join(root, "copy"), { recursive: true });
    chmodSync(join(root, "copy"), 0o700);
    renameSync(folder, join(root, "moved"));
    renameSync(join(root, "copy"), folder);
    for (let times = 0; times < 2; times += 1) {
      await expect(store.state()).rejects.toMatchObject({ code: "unreadable" });
      await expect(store.revoked([], ["x"])).rejects.toMatchObject({ code: "unreadable" });
      await expect(store.rootKey(key.kid)).rejects.toMatchObject({ code: "unreadable" });
    }
  });

  it("rejects when the file is replaced by an older copy of itself", async () => {
    copyFileSync(file, join(root, "older"));
    chmodSync(join(root, "older"), 0o600);
    await store.retire(key.kid);
    renameSync(join(root, "older"), file);
    await expect(store.state()).rejects.toMatchObject({ code: "unreadable" });
  });

  it("leaves the log of its successor alone when it is closed", async () => {
    renameSync(folder, join(root, "moved"));
    const successor = openSqliteStore({ folder, create: true });
    const other = someKey();
    await successor.install(other);
    await store.close();
    await successor.revoke({ point: { link: "x" } });
    const reader = open();
    expect(await reader.revoked([], ["x"])).toBe(true);
    await reader.close();
    await successor.close();
  });

  it("says that a write did not happen while another process holds the lock, and reads on", async () => {
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    await expect(store.revoke({ point: { link: "x" } })).rejects.toMatchObject({ code: "failed" });
    expect(await store.state()).toEqual({ kind: "guarded", kid: key.kid });
    other.exec("ROLLBACK");
    other.close();
    await store.revoke({ point: { link: "x" } });
    expect(await store.revoked([], ["x"])).toBe(true);
  });

  it("keeps what it acknowledged when its log is thrown away", async () => {
    await store.revoke({ point: { link: "x" } });
    const copy = join(root, "copy");
    mkdirSync(copy, { mode: 0o700 });
    copyFileSync(file, join(copy, "state.db"));
    chmodSync(join(copy, "state.db"), 0o600);
    const survivor = openSqliteStore({ folder: copy, create: false });
    expect(await survivor.state()).toEqual({ kind: "guarded", kid: key.kid });
    expect(await survivor.revoked([], ["x"])).toBe(true);
    await survivor.close();
  });

  it("looks a revocation up by its index alone", () => {
    const database = new DatabaseSync(file);
    const plan = JSON.stringify(database.prepare("EXPLAIN QUERY PLAN SELECT 1 FROM revoked WHERE point = x'00'").all());
    expect(plan).toContain("SEARCH revoked USING PRIMARY KEY (point=?)");
    const forget = database
      .prepare("EXPLAIN QUERY PLAN DELETE FROM revoked WHERE until IS NOT NULL AND until <= 1")
      .all();
    expect(JSON.stringify(forget)).toContain("INDEX forgettable (until>? AND until<?)");
    database.close();
  });

  it.skipIf(!existsSync("/proc/self/fd"))("gives its descriptors back (needs /proc)", async () => {
    for (let times = 0; times < 5; times += 1) await open().close();
    chmodSync(file, 0o644);
    for (let times = 0; times < 5; times += 1) expect(open).toThrow("is open to others");
    chmodSync(file, 0o600);
    withDatabase(file, "PRAGMA user_version = 2");
    for (let times = 0; times < 5; times += 1) expect(open).toThrow("has schema 2");
    await store.close();
    expect(descriptorsUnder(folder)).toBe(0);
  });
});

function descriptorsUnder(folder: string): number {
  return readdirSync("/proc/self/fd").filter((each) => {
    try {
      return readlinkSync(`/proc/self/fd/${each}`).startsWith(folder);
    } catch {
      return false; // the listing's own
    }
  }).length;
}

function spoil(bytes: Buffer, from: number): Buffer {
  return Buffer.from(bytes.map((byte, index) => (index < from ? byte : byte ^ 0x5a)));
}

function withDatabase(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}
