import type { Server } from "node:http";
import { Failure } from "../errors.ts";
import { formatDoorAddress } from "../registry/door-address.ts";
import type { DoorAddress, RegistrySettings } from "../registry/settings.ts";
import { createRegistryApp } from "./doors/registry/app.ts";
import { createRegistryServer, type SecuredServer } from "./doors/registry/door.ts";
import { createEventsHandler } from "./doors/registry/events/handler.ts";
import { createIssued } from "./doors/registry/events/issued.ts";
import { createGuard } from "./doors/registry/guard.ts";
import { createHealth } from "./doors/registry/health.ts";
import { createHolders } from "./doors/registry/holder.ts";
import { createNowAndThen } from "./doors/registry/now-and-then.ts";
import { createRefresher } from "./doors/registry/refresher.ts";
import { createTokenServer } from "./doors/registry/token.ts";
import type { RegistryGate } from "./gate/registry-types.ts";
import { shut } from "./listen.ts";
import { describeError, type Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { openDoorKey } from "./registry-key.ts";
import { openServices } from "./registry-services.ts";
import { readSmallFile } from "./signing/read-file.ts";
import { keepTls } from "./keep-tls.ts";
import { createHashing } from "./users/hashing.ts";
import type { Hashing } from "./users/users.ts";

export interface RegistryParts {
  readonly gate: RegistryGate;
  readonly metrics: Pick<Metrics, "registry" | "expose">;
  readonly clock: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly stateDir: string;
  /** How often files that may be replaced are looked at. */
  readonly lookEveryMs?: number;
}

/** The registry's door, open. */
export interface RegistryDoor {
  /** Where it listens, in the order of the settings, with the ports that were found where 0 was asked for. */
  readonly addresses: readonly DoorAddress[];
  /** Lets what is under way end for so long, then cuts it. */
  close(graceMs: number): Promise<void>;
}

/** Opens the registry's door on each of its addresses; Failure where one of them cannot be had. */
export async function openRegistry(settings: RegistrySettings, parts: RegistryParts): Promise<RegistryDoor> {
  const { gate, metrics, clock, random, log, stateDir } = parts;
  for (const note of settings.notes) log.info(note);
  for (const warning of settings.warnings) log.warn(warning);
  let graceMs = 0;
  const closers: (() => void | Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const hashing = counted(createHashing(settings.limits, { clock, random }), metrics);
    const services = await openServices(settings, { clock, random, log, hashing });
    closers.push(() => services.close());
    const doorKey = openDoorKeyOrSay(stateDir, random, log);
    const mayTell = createNowAndThen(clock);
    const guard = createGuard(settings.limits, { clock, random });
    const issued = createIssued({ clock });
    const events = await openEvents(settings, { gate, issued, log });
    const app = createRegistryApp({
      answerToken: createTokenServer({
        gate,
        services,
        ...createHolders({
          gate,
          guard,
          doorKey,
          report(service, cause) {
            if (mayTell(service)) log.warn({ service, cause }, "a registry's users could not be asked");
          },
        }),
        refresher: createRefresher({ doorKey, clock, random }),
        issued,
        trusted: settings.trusted,
        random,
        report(cause) {
          if (mayTell(`token ${cause}`)) log.error({ cause }, "a registry's token could not be made");
        },
        metrics: metrics.registry,
      }),
      ...(events && { events }),
      health: createHealth(services, clock),
      metrics,
      trusted: settings.trusted,
      timeoutMs: settings.timeoutMs,
      log,
    });
    const secured: SecuredServer[] = [];
    const tls =
      settings.tls === undefined
        ? undefined
        : await keepTls(settings.tls, (context) => secured.forEach(({ renew }) => renew(context)), {
            whose: "the registry's https",
            hint: "registry.certificate and registry.key name PEM files that go together",
            log,
            ...(parts.lookEveryMs === undefined ? {} : { lookEveryMs: parts.lookEveryMs }),
          });
    closers.push(() => tls?.close());
    const addresses: DoorAddress[] = [];
    for (const address of settings.listen) {
      const made = createRegistryServer(
        app,
        settings.timeoutMs,
        address.scheme === "https" ? tls?.current() : undefined,
      );
      if (address.scheme === "https") secured.push(made);
      closers.push(() => shut(made.server, graceMs));
      const port = await listenAt(made.server, address);
      addresses.push({ ...address, port });
      log.info({ address: formatDoorAddress({ ...address, port }) }, "the registry's door is open");
    }
    return {
      addresses,
      async close(given) {
        graceMs = given;
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Without its key the door makes tokens all the same, and refuses to remember passwords. */
function openDoorKeyOrSay(stateDir: string, random: RegistryParts["random"], log: Log): Uint8Array | undefined {
  try {
    return openDoorKey(stateDir, random);
  } catch (error) {
    log.error({ cause: describeError(error) }, "users get no refresh tokens, and those that they have are refused");
    return undefined;
  }
}

async function openEvents(
  { events }: RegistrySettings,
  { gate, issued, log }: Pick<RegistryParts, "gate" | "log"> & { readonly issued: ReturnType<typeof createIssued> },
): Promise<ReturnType<typeof createEventsHandler> | undefined> {
  if (events === undefined) return undefined;
  const { secretFile, bodyBytes } = events;
  const what = `the secret of the registry's notifications, ${secretFile},`;
  const { text, open } = await readSmallFile(secretFile, what).catch((cause: unknown) => {
    throw new Failure("misuse", `${what} cannot be read`, { cause });
  });
  if (open) log.warn(`${what} may be read by everybody on this machine, who may then write into the audit: chmod 600`);
  return createEventsHandler({
    record: (event) => gate.record(event),
    secret: text.trim(),
    bodyBytes,
    issued,
    log,
    refused: (why, { source, address }) =>
      gate.refuse({ service: "events", source, why, ...(address === undefined ? {} : { address }) }),
  });
}

function counted(hashing: Hashing, { registry }: RegistryParts["metrics"]): Hashing {
  return {
    verify: (stored, password) => registry.hashes(() => hashing.verify(stored, password)),
    dummy: (password, instead) => registry.hashes(() => hashing.dummy(password, instead)),
  };
}

/** Listens, and gives the port. Every address of a machine without IPv6 is every IPv4 one. */
async function listenAt(server: Server, { host, port }: DoorAddress): Promise<number> {
  try {
    return await listen(server, host, port);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (host === "::" && code === "EAFNOSUPPORT")
      return await listenAt(server, { scheme: "http", host: "0.0.0.0", port });
    const hint = code === "EADDRINUSE" ? { hint: "another server listens there" } : {};
    throw new Failure("failed", `the registry's door could not be opened at ${host}, port ${port}`, { ...hint, cause });
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 4096, ipv6Only: false }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const found = server.address();
  return typeof found === "object" && found !== null ? found.port : port;
}
