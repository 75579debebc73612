import { Failure } from "../errors.ts";
import type { RegistrySettings, ServiceSettings } from "../registry/settings.ts";
import { createNowAndThen } from "./doors/registry/now-and-then.ts";
import type { OpenService, Services } from "./doors/registry/service.ts";
import { describeError, type Log } from "./log.ts";
import { createSigners } from "./registry-signers.ts";
import { openUsers } from "./users/open-users.ts";
import type { Hashing, Users } from "./users/users.ts";

export interface ServicesParts {
  readonly clock: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly hashing: Hashing;
}

/** How many services are open that only their being asked for has named. */
const mostByName = 64;
/** What all of those are called together, and a name that any of them might have. */
const anyLabel = "any";
const sample = "registry";
const nobody: Users = { find: async () => undefined, dummy: async () => undefined, close: () => undefined };
/** Between two tries to open one that could not be opened. */
const againMs = 3000;

/** The services of a door, and what ends them. */
export interface KeptServices extends Services {
  close(): void;
}

interface Slot {
  readonly settings: ServiceSettings;
  readonly label: string;
  opened?: OpenService;
  opening?: Promise<OpenService>;
  failed?: { readonly atMs: number; readonly error: Failure };
  /** Somebody was found there, so that it is no stranger's fancy. */
  proven?: true;
  /** Nobody finds it any more. */
  gone?: true;
}

/**
 * Opens all services that are configured. Rejects with Failure("misuse") for settings that could never work; one whose
 * keys or users cannot be had now is tried again whenever it is asked for.
 */
export async function openServices(settings: RegistrySettings, parts: ServicesParts): Promise<KeptServices> {
  const { clock, log } = parts;
  // What strangers can have opened again and again must not fill the log
  const quiet = { ...parts, log: quieten(log, clock) };
  const signers = createSigners(parts);
  const configured = new Map(
    settings.services.map((each) => [each.name, { settings: each, label: each.name } satisfies Slot as Slot]),
  );
  // In the order of last use: a Map keeps insertion order
  const byName = new Map<string, Slot>();

  async function openOne(slot: Slot): Promise<OpenService> {
    const { name, hosts, rules, signing, users } = slot.settings;
    const { label } = slot;
    const signer = await signers.open(signing);
    if (configured.has(name)) {
      return { name, label, hosts, rules, signer, users: await openUsers(users, parts) };
    }
    const opened = await openUsers(users, quiet);
    const find: Users["find"] = async (user) => {
      const found = await opened.find(user);
      if (found !== undefined) slot.proven = true;
      return found;
    };
    return { name, label, hosts, rules, signer, users: { ...opened, find } };
  }

  async function open(slot: Slot): Promise<OpenService> {
    if (slot.opened !== undefined) return slot.opened;
    const { failed } = slot;
    if (failed !== undefined && Math.abs(clock().getTime() - failed.atMs) < againMs) throw failed.error;
    try {
      slot.opened = await (slot.opening ??= openOne(slot));
      if (slot.gone === true) slot.opened.users.close();
      return slot.opened;
    } catch (error) {
      if (error instanceof Failure) {
        slot.failed = { atMs: clock().getTime(), error };
        const { log: said } = configured.has(slot.settings.name) ? parts : quiet;
        said.error({ service: slot.label, cause: describeError(error) }, "a registry's service cannot be opened");
      }
      throw error;
    } finally {
      delete slot.opening;
    }
  }

  function findByName(name: string): Slot | undefined {
    const before = byName.get(name);
    const found = before?.settings ?? settings.anyService?.(name);
    if (found === undefined) return undefined;
    const slot = before ?? { settings: found, label: anyLabel };
    byName.delete(name);
    byName.set(name, slot);
    for (const [oldest, evicted] of byName) {
      if (byName.size <= mostByName) break;
      byName.delete(oldest);
      evicted.gone = true;
      evicted.opened?.users.close();
    }
    return slot;
  }

  /** What is the same for all that strangers may name, and the users of the last one that had any. */
  function openByName(): OpenService | undefined {
    const any = settings.anyService?.(sample);
    const signer = any === undefined ? undefined : signers.opened(any.signing);
    if (any === undefined || signer === undefined) return undefined;
    const latest = [...byName.values()].findLast(({ proven }) => proven === true);
    return latest?.opened ?? { ...any, label: anyLabel, signer, users: nobody };
  }

  const kept: KeptServices = {
    find(name) {
      const slot = configured.get(name) ?? findByName(name);
      return slot === undefined ? undefined : (slot.opened ?? open(slot));
    },
    isOpen: (name) => (configured.get(name) ?? byName.get(name))?.opened !== undefined,
    open: () =>
      [...[...configured.values()].map(({ opened }) => opened), openByName()].filter((each) => each !== undefined),
    unopened() {
      const missing = [...configured.values()].filter(({ opened }) => opened === undefined).map(({ label }) => label);
      return settings.anyService === undefined || openByName() !== undefined ? missing : [...missing, anyLabel];
    },
    close() {
      for (const { opened } of [...configured.values(), ...byName.values()]) opened?.users.close();
      signers.close();
    },
  };
  try {
    for (const slot of configured.values()) await open(slot).catch(orMisuse);
    const any = settings.anyService?.(sample);
    if (any !== undefined) await signers.open(any.signing).catch(sayOrMisuse);
    return kept;
  } catch (error) {
    kept.close();
    throw error;
  }

  function sayOrMisuse(error: unknown): void {
    orMisuse(error);
    log.error({ service: anyLabel, cause: describeError(error) }, "a registry's service cannot be opened");
  }
}

function orMisuse(error: unknown): void {
  if (!(error instanceof Failure) || error.code === "misuse") throw error;
}

/** A log that says the same sentence once a minute. */
function quieten(log: Log, clock: () => Date): Log {
  const may = createNowAndThen(clock, 60_000);
  const quietly =
    (level: "debug" | "info" | "warn" | "error") =>
    (...said: Parameters<Log["info"]>): void => {
      if (may(JSON.stringify(said))) log[level](...said);
    };
  return { debug: quietly("debug"), info: quietly("info"), warn: quietly("warn"), error: quietly("error") };
}
