import { resolve } from "node:path";
import { Failure } from "../../errors.ts";
import { canonicalEndpoint } from "./docker-endpoint.ts";
import { messageOf } from "./durable.ts";
import { readMarker, removeMarker, stageMarker } from "./marker.ts";
import type { SeenMarker, StagedMarker } from "./marker.ts";
import { effectiveUid } from "./ownership.ts";
import { openSqliteStore } from "./sqlite.ts";
import { holdsNoDatabase } from "./sqlite-schema.ts";
import type { RootKey, Store } from "./store.ts";
import { judge } from "./verdict.ts";
import type { SeenStore, Verdict } from "./verdict.ts";

/** Where the state of one engine is recorded. */
export interface StatePlaces {
  /** The store's folder. */
  readonly stateDir: string;
  /** The marker of this engine, outside that folder. */
  readonly marker: string;
  /** The machine's default marker; may be the same one. */
  readonly machineMarker: string;
  /** The engine's endpoint, `unix:///…`. */
  readonly dockerHost: string;
  readonly clock: () => Date;
}

export interface StateOptions extends StatePlaces {
  /** Whether a first start may record *open* where neither store nor marker is; by default it may. */
  readonly mayCreate?: boolean;
  /** The uid that must own the state folder; by default our own. */
  readonly owner?: number;
  /** How long what another process changes may go unseen; by default for one turn of the event loop. */
  readonly unseenMs?: number;
}

/** Whether the engine is guarded, as far as it can be told. */
export type CurrentState =
  | { readonly kind: "open" }
  | { readonly kind: "guarded"; readonly kid: string }
  | { readonly kind: "unreadable"; readonly reason: string };

/** The store without what must go hand in hand with the marker. Rejects with Failure("unreadable") while the state is. */
export type StateStore = Pick<Store, "version" | "rootKey" | "retired" | "revoke" | "revoked" | "forget">;

/** The recorded state of one engine: its store and its marker, kept in step. */
export interface GuardState {
  /** Never rejects. A few microseconds while nothing changes; what is unreadable is looked at again once a second. */
  current(): Promise<CurrentState>;
  readonly store: StateStore;
  /** Open → guarded: the store first, the marker next, only then it resolves. `engine` is the engine's id, where known. */
  install(key: RootKey, engine?: string): Promise<void>;
  /** Guarded → open: the store first, then the marker goes. */
  retire(kid: string): Promise<void>;
  close(): Promise<void>;
}

const reexamineMs = 1000;

/** Opens the recorded state and settles what a crash left between store and marker. Throws nothing: what it cannot read is *unreadable*. */
export async function openState(options: StateOptions): Promise<GuardState> {
  const { stateDir, marker, machineMarker, dockerHost, clock, owner = effectiveUid(), unseenMs } = options;
  let mayCreate = options.mayCreate ?? true;
  let live: Store | undefined;
  let versionBase = 0;
  let known: { readonly state: CurrentState; readonly version: number; readonly at: number } | undefined;
  let remembered: string | undefined;
  let closed = false;
  let ofTurn: number | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** Examinations and changes take turns, or one would see the other half done. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = queue.then(act).finally(endTurn);
    queue = turn.catch(() => undefined);
    return turn;
  }

  function cached(): CurrentState | undefined {
    if (closed) return { kind: "unreadable", reason: "the verifier is stopping" };
    if (known === undefined) return undefined;
    if (known.state.kind !== "unreadable") return version() === known.version ? known.state : undefined;
    const age = clock().getTime() - known.at;
    return age >= 0 && age < reexamineMs ? known.state : undefined;
  }

  /** Never a number twice, not even over a store that was opened anew: others cache by it. */
  function version(): number {
    if (live === undefined) versionBase += 1;
    return versionBase + (live?.version() ?? 0);
  }

  /**
   * What is decided in one turn of the event loop, or a moment, is decided at the same time: the store is looked at once
   * for all of it, and again after a change of our own.
   */
  function versionOfTurn(): number {
    if (ofTurn === undefined) {
      ofTurn = version();
      if (unseenMs === undefined) setImmediate(endTurn);
      else setTimeout(endTurn, unseenMs).unref();
    }
    return ofTurn;
  }

  const endTurn = (): void => void (ofTurn = undefined);

  function changing<T>(change: Promise<T>): Promise<T> {
    return change.finally(endTurn);
  }

  async function examine(): Promise<CurrentState> {
    let state: CurrentState;
    let seenAt = 0;
    try {
      if (live === undefined && !holdsNoDatabase(stateDir)) {
        live = openSqliteStore({ folder: stateDir, create: false, owner });
      }
      seenAt = version(); // before it is read, so that a write in between is noticed
      const verdict = await weigh(live === undefined ? { kind: "absent" } : await live.state());
      if (verdict.kind === "create" && mayCreate) {
        live = openSqliteStore({ folder: stateDir, create: true, owner });
        seenAt = version();
      }
      state = settle(verdict);
    } catch (error) {
      state = { kind: "unreadable", reason: messageOf(error) };
    }
    mayCreate = false;
    if (state.kind === "guarded") remembered = state.kid;
    if (state.kind === "unreadable") await letGo();
    known = { state, version: seenAt, at: clock().getTime() };
    return state;
  }

  async function weigh(store: SeenStore): Promise<Verdict> {
    const seen = readMarker(marker, owner);
    const machine: SeenMarker =
      resolve(machineMarker) === resolve(marker) ? { kind: "absent" } : readMarker(machineMarker, owner);
    const retired = new Set<string>();
    for (const kid of [kidOf(seen), kidOf(machine), remembered]) {
      if (kid !== undefined && (await live?.retired(kid)) === true) retired.add(kid);
    }
    return judge({
      store,
      marker: seen,
      machineMarker: machine,
      isOurEngine: (host) => canonicalEndpoint(host) === canonicalEndpoint(dockerHost),
      isRetired: (kid) => retired.has(kid),
      ...(remembered === undefined ? {} : { remembered }),
    });
  }

  function settle(verdict: Verdict): CurrentState {
    if (verdict.kind === "unreadable") return verdict;
    if (verdict.kind === "create" && !mayCreate) {
      return { kind: "unreadable", reason: `there is no store in ${stateDir}` };
    }
    if (verdict.kind === "guarded") {
      if (verdict.marker === "write") stage(verdict.kid).publish();
      return { kind: "guarded", kid: verdict.kid };
    }
    if (verdict.kind === "open" && verdict.marker === "remove") takeAwayLeftover();
    return { kind: "open" };
  }

  function takeAwayLeftover(): void {
    try {
      removeMarker(marker);
    } catch {
      // its key is recorded as retired: it says nothing any more, and goes when it can
    }
  }

  function stage(kid: string, engine?: string): StagedMarker {
    const since = clock().toISOString();
    return stageMarker(marker, { dockerHost, kid, since, ...(engine === undefined ? {} : { engine }) });
  }

  async function letGo(): Promise<void> {
    const store = live;
    versionBase = version() + 1;
    live = undefined;
    await store?.close();
  }

  async function readable(): Promise<Store> {
    const state = cached() ?? (await examine());
    if (state.kind === "unreadable") throw new Failure("unreadable", state.reason);
    if (live === undefined) throw new Failure("unreadable", "the store is closed");
    return live;
  }

  const opened = (): Store => {
    if (live === undefined) throw new Failure("unreadable", "the verifier's state cannot be read");
    return live;
  };

  await inTurn(examine);
  return {
    current: async () => cached() ?? inTurn(async () => cached() ?? examine()),
    store: {
      version: versionOfTurn,
      rootKey: async (kid) => opened().rootKey(kid),
      retired: async (kid) => opened().retired(kid),
      revoke: async (revocation) => changing(opened().revoke(revocation)),
      revoked: async (digests, links) => opened().revoked(digests, links),
      forget: async (now) => changing(opened().forget(now)),
    },
    install: (key, engine) =>
      inTurn(async () => {
        const store = await readable();
        const staged = attempt(`the marker ${marker} could not be written`, () => stage(key.kid, engine));
        try {
          await store.install(key);
        } catch (error) {
          staged.discard();
          throw error;
        }
        remembered = key.kid;
        try {
          attempt(`the marker ${marker} could not be written`, () => staged.publish());
        } catch (error) {
          await store.retire(key.kid); // nobody was told yet, so that the engine is as it was
          throw error;
        }
      }),
    retire: (kid) =>
      inTurn(async () => {
        await (await readable()).retire(kid);
        attempt(`the guard is taken away, but its marker ${marker} could not be removed`, () => removeMarker(marker));
      }),
    close: () =>
      inTurn(async () => {
        closed = true;
        await letGo();
      }),
  };
}

function kidOf(seen: SeenMarker): string | undefined {
  return seen.kind === "present" ? seen.marker.kid : undefined;
}

function attempt<T>(otherwise: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Failure("failed", `${otherwise}: ${messageOf(error)}`, { cause: error });
  }
}
