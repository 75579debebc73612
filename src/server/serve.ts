import { realpathSync } from "node:fs";
import path from "node:path";
import type { GuardBounds } from "../docker/attempt.ts";
import { defaults } from "../protocol/defaults.ts";
import { findAdminGroup } from "./admin-group.ts";
import { openAudit } from "./audit/log.ts";
import { describeEngine } from "./describe-engine.ts";
import { createAdminDoor } from "./doors/admin/door.ts";
import { createAuthzDoor } from "./doors/authz/door.ts";
import { planForward } from "./doors/gateway/world/plan.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { createPasses } from "./engine/passes.ts";
import { createGate } from "./gate.ts";
import { guardBounds } from "./guard-bounds.ts";
import { listenOn, shut } from "./listen.ts";
import { lockFolder } from "./lock.ts";
import { describeError, type Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { openGateway } from "./open-gateway.ts";
import { openRegistry } from "./open-registry.ts";
import type { Settings } from "./settings.ts";
import { openState, type StateStore } from "./stores/guard-state.ts";

/** What a verifier takes from the process that it runs in. */
export interface Surroundings {
  readonly version: string;
  readonly log: Log;
  readonly clock: () => Date;
  /** So many unguessable bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** A verifier whose doors are open. */
export interface Verifier {
  /** Closes the doors, lets decisions under way end, and lets the state go. */
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const GUESS_DELAY_MS = 250;
const GRACE_MS = 2000;

/** Starts a verifier, with or without an engine; rejects with a Failure when a door cannot be opened. */
export async function serve(settings: Settings, surroundings: Surroundings): Promise<Verifier> {
  const { version, log, clock, random } = surroundings;
  const dockerHost = `unix://${settings.dockerSocket}`;
  const closers: (() => void | Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const early = lockFolder(settings.stateDir);
    const state = await openState({
      stateDir: settings.stateDir,
      marker: settings.guardedMarker,
      machineMarker: defaults.marker,
      dockerHost,
      clock,
      unseenMs: 1,
    });
    // A first start has only now made the folder
    const lock = early ?? lockFolder(settings.stateDir);
    closers.push(
      () => lock?.release(),
      () => state.close(),
    );

    const audit = openAudit({ ...settings.audit, clock });
    closers.push(() => audit.close());
    const passes = createPasses({ clock, random });
    // Apart, as a resolving one is for its own paths alone
    const gatewayPasses = createPasses({ clock, random, admits: () => true });
    const engine = createEngine({ dockerHost, passes, timeoutMs: settings.decideTimeoutMs });
    closers.push(() => engine.close());
    const bounds = rememberBounds((dataRoot) => guardBounds(settings, dataRoot, withoutLinks));
    const metrics = createMetrics();
    const gate = createGate({
      state,
      audit,
      engine,
      passes: {
        redeem: (value, request) => passes.redeem(value, request) || gatewayPasses.redeem(value, request),
      },
      // Until the engine has said where its data is, nothing that might lie in its way is decided
      bounds: () =>
        engine.known() === undefined
          ? engine.identity().then(() => bounds(engine.dataRoot()))
          : bounds(engine.dataRoot()),
      clock,
      log,
      metrics,
      decideTimeoutMs: settings.decideTimeoutMs,
      strictStreams: settings.strictStreams,
    });
    await gate.current();

    const authz = createAuthzDoor({ gate, log, strictStreams: settings.strictStreams });
    const admin = createAdminDoor({
      gate,
      metrics,
      log,
      version,
      describeEngine: () => describeEngine(engine, dockerHost),
      guessDelayMs: GUESS_DELAY_MS,
    });
    // Whoever is not root can't give a file to a group that nobody named
    const may = settings.adminGroup !== undefined || process.getuid?.() === 0;
    const group = may ? await findAdminGroup(settings.adminGroup) : undefined;
    closers.push(() => shut(authz, GRACE_MS));
    await listenOn(authz, settings.authzSocket, { mode: 0o600 });
    closers.push(() => shut(admin, GRACE_MS));
    await listenOn(admin, settings.adminSocket, { mode: 0o660, ...(group === undefined ? {} : { group }) });
    if (settings.gateway.listen.length > 0) {
      const gateway = await openGateway(settings.gateway, {
        gate,
        engine,
        passes: gatewayPasses,
        planForward,
        dockerSocket: settings.dockerSocket,
        clock,
        log,
      });
      closers.push(() => gateway.close(GRACE_MS));
    }

    if (settings.registry !== undefined) {
      const parts = { gate: gate.registry, metrics, clock, random, log, stateDir: settings.stateDir };
      const registry = await openRegistry(settings.registry, parts);
      closers.push(() => registry.close(GRACE_MS));
    }

    closers.push(keepAcquainted(engine), keepForgetting(state.store, clock, log));
    return { close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Paths are resolved again only when the engine names another folder for its data. */
function rememberBounds(
  make: (dataRoot: string | undefined) => GuardBounds,
): (dataRoot: string | undefined) => GuardBounds {
  let last: { readonly dataRoot: string | undefined; readonly bounds: GuardBounds } | undefined;
  return (dataRoot) => {
    if (last?.dataRoot !== dataRoot || last === undefined) last = { dataRoot, bounds: make(dataRoot) };
    return last.bounds;
  };
}

/** Learns the engine's names soon after it is there, and now and then again. */
function keepAcquainted(engine: Engine): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const ask = async (): Promise<void> => {
    await engine.reachable();
    if (!stopped) timer = setTimeout(() => void ask(), engine.known() === undefined ? 1000 : 60_000);
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Drops revocations of what expired more than a day ago: a clock that was set back must not bring them to life. */
function keepForgetting(store: StateStore, clock: () => Date, log: Log): () => void {
  const timer = setInterval(() => {
    store.forget(new Date(clock().getTime() - DAY_MS)).catch((error: unknown) => {
      log.warn({ cause: describeError(error) }, "revocations of expired ids could not be forgotten");
    });
  }, DAY_MS / 24);
  return () => clearInterval(timer);
}

/** A path without symbolic links, as far as it exists. */
function withoutLinks(absolute: string): string {
  try {
    return realpathSync(absolute);
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(withoutLinks(parent), path.basename(absolute));
  }
}
