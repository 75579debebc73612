import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { destroyOffline } from "../../../src/server/stores/destroy-offline.ts";
import { openState } from "../../../src/server/stores/guard-state.ts";
import type { GuardState, StateOptions } from "../../../src/server/stores/guard-state.ts";
import { openSqliteStore } from "../../../src/server/stores/sqlite.ts";
import { someKey } from "../../suites/some-key.ts";

const inForce = someKey();
const formerly = someKey();
const stranger = someKey();
const host = "unix:///run/docker.sock";

let root: string;
let places: StateOptions;
let now: Date;
let opened: GuardState[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "docker-id-state-"));
  now = new Date("2030-01-01T00:00:00Z");
  opened = [];
  places = {
    stateDir: join(root, "state"),
    marker: join(root, "etc", "guarded"),
    machineMarker: join(root, "machine", "guarded"),
    dockerHost: host,
    clock: () => now,
  };
});
afterEach(async () => {
  for (const state of opened) await state.close();
  rmSync(root, { recursive: true });
});

function later(ms: number): void {
  now = new Date(now.getTime() + ms);
}

async function open(options: Partial<StateOptions> = {}): Promise<GuardState> {
  const state = await openState({ ...places, ...options });
  opened.push(state);
  return state;
}

/** What stands in the state folder, each as `serve` may find it. */
const stores = {
  none: async () => {},
  "an empty folder": async () => mkdirSync(places.stateDir, { mode: 0o700 }),
  open: async () => openSqliteStore({ folder: places.stateDir, create: true }).close(),
  destroyed: async () => {
    const store = openSqliteStore({ folder: places.stateDir, create: true });
    await store.install(formerly);
    await store.retire(formerly.kid);
    await store.close();
  },
  guarded: async () => {
    await stores.destroyed();
    const store = openSqliteStore({ folder: places.stateDir, create: false });
    await store.install(inForce);
    await store.close();
  },
  corrupt: async () => {
    await stores.guarded();
    truncateSync(join(places.stateDir, "state.db"), 100);
  },
  "an empty file": async () => {
    await stores.open();
    truncateSync(join(places.stateDir, "state.db"), 0);
  },
};

const marker = (kid: string, dockerHost = host) => JSON.stringify({ dockerHost, kid, since: now.toISOString() });
const put = (path: string, text: string, mode = 0o644) => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
};

/** What stands at a marker's path. */
const markers = {
  none: () => {},
  "the key in force": (path) => put(path, marker(inForce.kid)),
  "a retired key": (path) => put(path, marker(formerly.kid)),
  "an unknown key": (path) => put(path, marker(stranger.kid)),
  "an unknown key of another engine": (path) => put(path, marker(stranger.kid, "unix:///run/other.sock")),
  nothing: (path) => put(path, ""),
  noise: (path) => put(path, "guarded\n"),
  "no KID": (path) => put(path, JSON.stringify({ dockerHost: host, since: "" })),
  "a KID in capitals": (path) => put(path, marker("A".repeat(32))),
  "too much": (path) => put(path, marker(formerly.kid) + " ".repeat(5000)),
  "what anyone may write": (path) => put(path, marker(formerly.kid), 0o666),
  "a folder": (path) => mkdirSync(path, { recursive: true }),
  "a link": (path) => {
    put(`${path}.real`, marker(formerly.kid));
    symlinkSync(`${path}.real`, path);
  },
  "a link to nowhere": (path) => {
    mkdirSync(join(path, ".."), { recursive: true });
    symlinkSync(join(root, "nowhere"), path);
  },
} satisfies Record<string, (path: string) => void>;

type StoreCase = keyof typeof stores;
type MarkerCase = keyof typeof markers;
const broken: MarkerCase[] = [
  "nothing",
  "noise",
  "no KID",
  "a KID in capitals",
  "too much",
  "what anyone may write",
  "a folder",
  "a link",
  "a link to nowhere",
];

/** The whole table: which markers let which store be open or guarded; every other pair is unreadable. */
const readable: Partial<Record<StoreCase, { kind: "open" | "guarded"; under: MarkerCase[] }>> = {
  none: { kind: "open", under: ["none"] },
  "an empty folder": { kind: "open", under: ["none"] },
  open: { kind: "open", under: ["none"] },
  destroyed: { kind: "open", under: ["none", "a retired key"] },
  guarded: { kind: "guarded", under: ["none", "the key in force", "a retired key"] },
};

const caseNames = <T extends string>(of: Record<T, unknown>) => Object.keys(of) as T[];
const pairs = caseNames(stores).flatMap((store) => caseNames(markers).map((each) => [store, each] as const));
const expected = (store: StoreCase, each: MarkerCase) =>
  readable[store]?.under.includes(each) === true ? readable[store].kind : "unreadable";

describe("the recorded state", () => {
  it.each(pairs)("of store: %s, marker: %s", async (store, each) => {
    await stores[store]();
    markers[each](places.marker);
    const state = await open();
    const kind = expected(store, each);
    expect(await state.current()).toEqual(
      kind === "guarded"
        ? { kind, kid: inForce.kid }
        : kind === "open"
          ? { kind }
          : { kind, reason: expect.any(String) },
    );
    if (kind === "open") expect(existsSync(places.marker)).toBe(false);
    if (kind === "guarded") expect(JSON.parse(readFileSync(places.marker, "utf8"))).toMatchObject({ kid: inForce.kid });
    await state.close();
    const again = await open();
    expect((await again.current()).kind).toBe(kind);
  });

  /** The machine's own marker says no more than: this folder is not the one that guards this engine. */
  const machine: [StoreCase, MarkerCase, "open" | "guarded" | "unreadable"][] = [
    ["none", "an unknown key", "unreadable"],
    ["open", "an unknown key", "unreadable"],
    ["destroyed", "an unknown key", "unreadable"],
    ["guarded", "an unknown key", "unreadable"],
    ["none", "an unknown key of another engine", "open"],
    ["open", "an unknown key of another engine", "open"],
    ["guarded", "an unknown key of another engine", "guarded"],
    ["guarded", "the key in force", "guarded"],
    ["guarded", "a retired key", "guarded"],
    ["destroyed", "a retired key", "open"],
    ["none", "a retired key", "unreadable"],
    ...broken.map((each): [StoreCase, MarkerCase, "unreadable"] => ["open", each, "unreadable"]),
  ];
  it.each(machine)("of store: %s, the machine's marker: %s → %s", async (store, each, kind) => {
    await stores[store]();
    markers[each](places.machineMarker);
    expect((await (await open()).current()).kind).toBe(kind);
    if (kind === "unreadable") expect(existsSync(join(places.stateDir, "state.db"))).toBe(store !== "none");
  });

  it("knows the machine's engine by another path of its socket", async () => {
    mkdirSync(join(root, "run"));
    symlinkSync(join(root, "run"), join(root, "var-run"));
    put(places.machineMarker, marker(stranger.kid, `unix://${root}/var-run/docker.sock`));
    const state = await open({ dockerHost: `unix://${root}/run/docker.sock` });
    expect((await state.current()).kind).toBe("unreadable");
  });

  it("judges one marker once when it is the machine's own", async () => {
    await stores.guarded();
    const state = await open({ machineMarker: places.marker });
    expect((await state.current()).kind).toBe("guarded");
  });

  it("is unreadable where no store can be made", async () => {
    writeFileSync(places.stateDir, "");
    expect((await (await open()).current()).kind).toBe("unreadable");
    expect((await (await open({ stateDir: "/proc/docker-id" })).current()).kind).toBe("unreadable");
  });

  it("records open only when it may", async () => {
    expect((await (await open({ mayCreate: false })).current()).kind).toBe("unreadable");
    expect(existsSync(places.stateDir)).toBe(false);
  });
});

describe("guarding and ending it", () => {
  it("writes the marker with the key, for everyone to read, and takes it away", async () => {
    const state = await open();
    await state.install(inForce, "ENGINE");
    expect(await state.current()).toEqual({ kind: "guarded", kid: inForce.kid });
    expect(JSON.parse(readFileSync(places.marker, "utf8"))).toEqual({
      engine: "ENGINE",
      dockerHost: host,
      kid: inForce.kid,
      since: now.toISOString(),
    });
    expect(statSync(places.marker).mode & 0o777).toBe(0o644);
    expect((await state.store.rootKey(inForce.kid))?.identifier).toBe(inForce.identifier);
    await state.retire(inForce.kid);
    expect(await state.current()).toEqual({ kind: "open" });
    expect(existsSync(places.marker)).toBe(false);
    await expect(state.install(inForce)).rejects.toMatchObject({ code: "conflict" });
    expect(existsSync(places.marker)).toBe(false);
    await state.install(stranger);
    expect(await state.current()).toEqual({ kind: "guarded", kid: stranger.kid });
  });

  it("changes nothing when it may not", async () => {
    const state = await open();
    await expect(state.retire(inForce.kid)).rejects.toMatchObject({ code: "conflict" });
    await state.install(inForce);
    await expect(state.install(stranger)).rejects.toMatchObject({ code: "conflict" });
    await expect(state.retire(stranger.kid)).rejects.toMatchObject({ code: "conflict" });
    expect(await state.current()).toEqual({ kind: "guarded", kid: inForce.kid });
    expect(JSON.parse(readFileSync(places.marker, "utf8"))).toMatchObject({ kid: inForce.kid });
  });

  it("lets one of many installs at once win", async () => {
    const state = await open();
    const keys = Array.from({ length: 8 }, someKey);
    const outcomes = await Promise.allSettled([...keys.map((key) => state.install(key)), state.current()]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(await state.current()).toEqual({ kind: "guarded", kid: keys[0]?.kid });
  });

  it("stays open when the marker cannot be written, and says so", async () => {
    const state = await open();
    writeFileSync(join(root, "etc"), "in the way");
    await expect(state.install(inForce)).rejects.toMatchObject({ code: "failed", message: /marker/ });
    rmSync(join(root, "etc"));
    expect(await state.current()).toEqual({ kind: "open" });
    await state.install(inForce);
  });

  it("takes the install back when the marker cannot be given its name", async () => {
    const state = await open();
    mkdirSync(places.marker, { recursive: true });
    writeFileSync(join(places.marker, "x"), "");
    await expect(state.install(inForce)).rejects.toMatchObject({ code: "failed" });
    rmSync(places.marker, { recursive: true });
    expect(await state.current()).toEqual({ kind: "open" });
    expect(await state.store.retired(inForce.kid)).toBe(true);
  });

  it("answers nothing once it is closed", async () => {
    const state = await open();
    await state.close();
    expect((await state.current()).kind).toBe("unreadable");
    await expect(state.store.revoked([], [])).rejects.toMatchObject({ code: "unreadable" });
    await expect(state.install(inForce)).rejects.toMatchObject({ code: "unreadable" });
  });
});

describe("while the verifier runs", () => {
  let state: GuardState;
  beforeEach(async () => {
    state = await open();
    await state.install(inForce);
    expect((await state.current()).kind).toBe("guarded");
  });
  const kind = async () => (await state.current()).kind;

  it("a folder that goes is unreadable at once, looked at once a second, and welcome back", async () => {
    renameSync(places.stateDir, join(root, "away"));
    expect(await kind()).toBe("unreadable");
    await expect(state.store.revoked([], ["x"])).rejects.toMatchObject({ code: "unreadable" });
    await expect(state.retire(inForce.kid)).rejects.toMatchObject({ code: "unreadable" });
    later(1000);
    expect(await kind()).toBe("unreadable");
    expect(existsSync(places.stateDir)).toBe(false);
    renameSync(join(root, "away"), places.stateDir);
    later(999);
    expect(await kind()).toBe("unreadable");
    later(1);
    expect(await kind()).toBe("guarded");
    await state.store.revoke({ point: { link: "x" } });
    expect(await state.store.revoked([], ["x"])).toBe(true);
  });

  it("a clock that is put back does not keep it unreadable", async () => {
    renameSync(places.stateDir, join(root, "away"));
    expect(await kind()).toBe("unreadable");
    renameSync(join(root, "away"), places.stateDir);
    later(-3_600_000);
    expect(await kind()).toBe("guarded");
  });

  it("losing store and marker together never opens it", async () => {
    rmSync(places.stateDir, { recursive: true });
    rmSync(places.marker);
    expect(await kind()).toBe("unreadable");
    later(5000);
    expect(await kind()).toBe("unreadable");
    await openSqliteStore({ folder: places.stateDir, create: true }).close();
    later(5000);
    expect(await kind()).toBe("unreadable");
  });

  it("an older copy of the store, from before it was guarded, does not open it", async () => {
    rmSync(places.stateDir, { recursive: true });
    await openSqliteStore({ folder: places.stateDir, create: true }).close();
    rmSync(places.marker);
    expect(await kind()).toBe("unreadable");
  });

  it("another store's key is not taken for ours", async () => {
    const other = await open({ stateDir: join(root, "other"), marker: join(root, "other-marker") });
    await other.install(stranger);
    rmSync(places.stateDir, { recursive: true });
    cpSync(join(root, "other"), places.stateDir, { recursive: true });
    chmodSync(places.stateDir, 0o700);
    expect(await kind()).toBe("unreadable");
    rmSync(places.marker);
    later(1000);
    expect(await kind()).toBe("unreadable");
  });

  it("another process's destroy is seen at once", async () => {
    const another = await open();
    await another.retire(inForce.kid);
    expect(await kind()).toBe("open");
    await another.install(stranger);
    expect(await state.current()).toEqual({ kind: "guarded", kid: stranger.kid });
  });

  it("looks again after a moment where it may, and at once after a change of its own", async () => {
    const patient = await open({ unseenMs: 60_000 });
    const [before, other] = [patient.store.version(), await open()];
    await other.store.revoke({ point: { link: "by another" } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(patient.store.version()).toBe(before);
    await patient.store.revoke({ point: { link: "its own" } });
    expect(patient.store.version()).not.toBe(before);
  });

  it("never gives a version twice, over any store", async () => {
    const seen = [state.store.version()];
    for (let times = 0; times < 3; times += 1) {
      renameSync(places.stateDir, join(root, "away"));
      await nextTurn();
      seen.push(state.store.version());
      await state.current();
      seen.push(state.store.version());
      renameSync(join(root, "away"), places.stateDir);
      later(1000);
      expect(await kind()).toBe("guarded");
      seen.push(state.store.version());
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(state.store.version()).toBe(seen.at(-1));
  });

  it("looks at the store once for all that is asked in one turn of the event loop, but sees its own changes", async () => {
    const before = state.store.version();
    const other = openSqliteStore({ folder: places.stateDir, create: false });
    await other.revoke({ point: { link: "1.0123456789abcdef01234567" } });
    expect(state.store.version()).toBe(before);
    await nextTurn();
    const after = state.store.version();
    expect(after).not.toBe(before);
    await state.store.revoke({ point: { link: "2.0123456789abcdef01234567" } });
    expect(state.store.version()).not.toBe(after);
    await other.close();
  });
});

describe.skipIf(process.getuid?.() !== 0)("destroy without a verifier (needs root)", () => {
  it("opens a guarded engine, and a running verifier notices", async () => {
    const state = await open();
    await state.install(inForce);
    const written: string[] = [];
    const unwritable = destroyOffline(places, () => {
      throw new Error("the audit is full");
    });
    await expect(unwritable).rejects.toThrow("the audit is full");
    expect(await destroyOffline(places, (kid) => written.push(kid))).toEqual({ kid: inForce.kid });
    expect(written).toEqual([inForce.kid]);
    expect(existsSync(places.marker)).toBe(false);
    expect(await state.current()).toEqual({ kind: "open" });
    expect(await (await open()).current()).toEqual({ kind: "open" });
  });

  it("has nothing to do for an open engine, and makes no state", async () => {
    await expect(destroyOffline(places, () => {})).rejects.toMatchObject({ code: "unreadable" });
    expect(existsSync(places.stateDir)).toBe(false);
    await stores.open();
    await expect(destroyOffline(places, () => {})).rejects.toMatchObject({ code: "conflict" });
  });

  it("says what to do about a state that cannot be read, and changes nothing", async () => {
    await stores.corrupt();
    markers["the key in force"](places.marker);
    const failure: unknown = await destroyOffline(places, () => {}).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "unreadable", hint: expect.stringContaining("authorization-plugins") });
    expect(failure).toMatchObject({ hint: expect.stringContaining(places.marker) });
    expect(existsSync(places.marker)).toBe(true);
    expect((await (await open()).current()).kind).toBe("unreadable");
  });
});
