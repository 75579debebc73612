import type { GuardBounds, Touch } from "../attempt.ts";
import { isZero, list, oneOf, text, textPower } from "../bodies/fields.ts";
import { hostConfig } from "../bodies/host-config.ts";
import { joinNetworkMode } from "../bodies/join.ts";
import { logReader } from "../bodies/log.ts";
import { restartPolicy } from "../bodies/resources.ts";
import { beginReading, expectList, expectObject, expectText } from "../bodies/shape.ts";
import type { FieldReader, Reading } from "../bodies/shape.ts";
import { readMountPoint } from "../bodies/volumes.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { withoutReserved } from "../reserved.ts";
import type { Resolver } from "../resolve.ts";
import { Unread } from "../unread.ts";
import { hostPower, namedPower } from "./host.ts";

const most = 32;

/**
 * What an existing container lends to whoever writes into it or joins it, by the engine's inspect answer: powers over
 * the host, the guard, and, of the containers that it has joined itself, those containers and what they lend. A field
 * that is not understood and says something is a power too, `unknown/FIELD`.
 */
export async function powersOf(inspect: JsonObject, resolver: Resolver, guard: GuardBounds): Promise<readonly Touch[]> {
  const reading = beginReading(resolver.unsaid, guard);
  const touches = await powersOfOne(inspect, reading);
  return withoutRepeats([...touches, ...(await powersOfJoined(reading))]);
}

/** What an exec has beyond its container: whoever created it need not be who starts it. */
export function powersOfExec(inspect: JsonObject): readonly Touch[] {
  const config = inspect["ProcessConfig"];
  return isObject(config) && config["privileged"] === false ? [] : [hostPower("privileged")];
}

/** What the containers lend that a reading has found its request to join, and those that they have joined. */
export async function powersOfJoined(request: Reading): Promise<readonly Touch[]> {
  const reading = { ...request, resolver: request.resolver.unsaid };
  const touches: Touch[] = [];
  // The map grows while it is walked, and holds each container once, so that a circle ends
  for (const inspect of reading.joined.values()) {
    if (reading.joined.size > most) throw new Unread("too many containers are joined to each other");
    touches.push(...(await powersOfOne(inspect, reading)));
  }
  return touches;
}

/** The same touches, each once; things that are yet to be made are all kept, since they share an id. */
export function withoutRepeats(touches: readonly Touch[]): readonly Touch[] {
  const said = new Set<string>();
  return touches.filter(({ kind, id, level }) => {
    if (id === "+") return true;
    const key = `${kind} ${level} ${id}`;
    return !said.has(key) && said.add(key);
  });
}

async function powersOfOne(inspect: JsonObject, reading: Reading): Promise<Touch[]> {
  const config = inspect["HostConfig"];
  if (!isObject(config)) throw new Unread("the engine does not say what a container may do");
  const touches: Touch[] = [];
  for (const [field, value] of Object.entries(config)) touches.push(...(await readLent(field, value, reading)));
  for (const point of expectList(inspect["Mounts"] ?? [], "Mounts")) {
    touches.push(...(await orUnknown("Mounts", () => readMountPoint(expectObject(point, "Mounts"), reading))));
  }
  return touches.filter(({ kind }) => kind === "host" || kind === "guard" || kind === "container");
}

async function readLent(field: string, value: Json, reading: Reading): Promise<readonly Touch[]> {
  const reader = Object.hasOwn(lent, field) ? lent[field] : undefined;
  if (reader === undefined) return isZero(value) ? [] : [unknown(field)];
  return value === null ? [] : readKnown(field, value, reader, reading);
}

// What the gateway has labelled is no one's wish
async function readKnown(field: string, value: Json, reader: FieldReader, reading: Reading): Promise<readonly Touch[]> {
  return orUnknown(field, async () => reader(withoutReserved(value), `HostConfig.${field}`, reading));
}

async function orUnknown(field: string, read: () => Promise<readonly Touch[]>): Promise<readonly Touch[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Unread) return [unknown(field)];
    throw error;
  }
}

function unknown(field: string): Touch {
  return hostPower(`unknown/${/^[A-Za-z]{1,64}$/.test(field) ? field : "field"}`);
}

// What the engine itself puts where a create says nothing, and what only the container's creator had the use of
const lent: Readonly<Record<string, FieldReader>> = {
  ...hostConfig,
  // Where the host has the first version of control groups, this is what every container gets
  CgroupnsMode: oneOf("", "private", "host"),
  ContainerIDFile: text,
  Isolation: text,
  Links: async (value, field, reading) => {
    await list(text)(value, field, reading);
    return isZero(value) ? [] : [hostPower("links")];
  },
  // On some hosts the engine gives it to every container, and the journal is the host's own
  LogConfig: logReader("Type", "Config", ["journald"]),
  MaskedPaths: keeps("masked-paths", [
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
  ]),
  // A network is not the host; the host's own, by whatever name, and another container's are
  NetworkMode: async (value, field, reading) => {
    const mode = expectText(value, field);
    if (mode.startsWith("container:")) return joinNetworkMode(mode, reading);
    if (mode === "host") return [hostPower("network")];
    if (["", "default", "bridge", "none"].includes(mode)) return [];
    const found = await reading.resolver.find("network", mode, "read");
    return found?.inspect["Driver"] === "host" ? [hostPower("network")] : [];
  },
  ReadonlyPaths: keeps("readonly-paths", ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]),
  // The engine starts the container again, not whoever is inside
  RestartPolicy: async (value, field, reading) => {
    await restartPolicy(value, field, reading);
    return [];
  },
  Runtime: textPower((name) =>
    name === "runc" || name === "io.containerd.runc.v2" ? [] : [namedPower("runtime", name)],
  ),
};

function keeps(power: string, least: readonly string[]): FieldReader {
  return (value, field) => {
    const kept = expectList(value, field);
    return least.every((path) => kept.includes(path)) ? [] : [hostPower(power)];
  };
}
