import type { EngineLookup, GuardBounds, Inspectable, Touch } from "../../../src/docker/attempt.ts";
import type { BodyReader } from "../../../src/docker/body-reader.ts";
import { isObject, readJson, type JsonObject } from "../../../src/docker/json.ts";
import { createResolver, type Resolver } from "../../../src/docker/resolve.ts";

/** An id in full that begins so. */
export const id = (start: string): string => start.padEnd(64, "0");
/** The id of the only image. */
export const image = `sha256:${id("1a")}`;
/** What lies out of reach in these tests. */
export const guard: GuardBounds = {
  paths: ["/run/docker.sock", "/run/docker/plugins", "/etc/docker", "/var/lib/docker"],
};

/** The host config of a container that asked for nothing, as the engine shows it where control groups are of version 1. */
export const plainHostConfig = {
  Binds: null,
  ContainerIDFile: "",
  LogConfig: { Type: "json-file", Config: {} },
  NetworkMode: "none",
  PortBindings: {},
  RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
  CapAdd: null,
  CgroupnsMode: "host",
  Dns: [],
  IpcMode: "private",
  Cgroup: "",
  OomScoreAdj: 0,
  PidMode: "",
  Privileged: false,
  SecurityOpt: null,
  ShmSize: 67108864,
  Runtime: "runc",
  ConsoleSize: [0, 0],
  MemorySwappiness: null,
  PidsLimit: null,
  MaskedPaths: [
    "/proc/asound",
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
  ],
  ReadonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
};

/** An engine's inspect answer for a container. */
export function containerNamed(name: string, hostConfig: object = {}, mounts: readonly object[] = []): object {
  return {
    Id: id(Buffer.from(name).toString("hex")),
    Name: `/${name}`,
    Image: image,
    HostConfig: { ...plainHostConfig, ...hostConfig },
    Mounts: mounts,
    Config: { Image: "bb", Labels: { team: "a" } },
  };
}

const things: Readonly<Record<string, object>> = {
  "image bb": { Id: image, RepoTags: ["bb:latest"], RepoDigests: [], Config: { Labels: { "org.example": "x" } } },
  "image claims": { Id: image, RepoTags: ["claims:latest"], Config: { Labels: { "docker-id.owner": "1.x" } } },
  "container plain": containerNamed("plain"),
  "container mighty": containerNamed("mighty", { Privileged: true }),
  "container circle": containerNamed("circle", { PidMode: "container:round", Privileged: true }),
  "container round": containerNamed("round", { IpcMode: "container:circle" }),
  "volume data": { Name: "data", Driver: "local", Options: null, Labels: null },
  "volume trap": { Name: "trap", Driver: "local", Options: { type: "none", o: "bind", device: "/etc" }, Labels: null },
  "volume remote": { Name: "remote", Driver: "rexray", Options: null, Labels: null },
  "network nn": { Id: id("2b"), Name: "nn", Driver: "bridge", Labels: {} },
  "network prepared": {
    Id: id("4d"),
    Name: "prepared",
    Driver: "null",
    Options: { parent: "eth9" },
    IPAM: { Driver: "default", Options: {}, Config: [{ Subnet: "10.77.0.0/16" }] },
    Labels: {},
  },
  [`network ${id("3c")}`]: { Id: id("3c"), Name: "host", Driver: "host", Labels: {} },
  [`secret ${"s".repeat(25)}`]: { ID: "s".repeat(25), Spec: { Name: "key" } },
  "secret key": { ID: "s".repeat(25), Spec: { Name: "key" } },
  "config web": { ID: "c".repeat(25), Spec: { Name: "web" } },
};

/** A small engine; `more` adds to it, by `KIND NAME`. */
export function lookupOver(more: Readonly<Record<string, object>> = {}): EngineLookup {
  const known = { ...things, ...more };
  return {
    async inspect(kind: Inspectable, name: string): Promise<unknown> {
      const found = Object.hasOwn(known, `${kind} ${name}`) ? known[`${kind} ${name}`] : undefined;
      return found === undefined ? undefined : asJson(found);
    },
  };
}

/** A resolver over a small engine, for one request. */
export function resolverOver(more: Readonly<Record<string, object>> = {}): Resolver {
  return createResolver(lookupOver(more));
}

/** The value as the strict reader gives it. */
export function asJson(value: object): JsonObject {
  const json = readJson(new TextEncoder().encode(JSON.stringify(value)));
  if (!isObject(json)) throw new TypeError("not an object");
  return json;
}

/** Reads a request's body and query by one reader. */
export async function read(
  reader: BodyReader,
  body: object | undefined,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly Touch[]> {
  return reader({
    body: body === undefined ? undefined : asJson(body),
    query: new Map(Object.entries(query)),
    resolver: resolverOver(),
    guard,
  });
}

/** Touches as `kind:id:level`, sorted, of some kinds only where they are named. */
export function spell(touches: readonly Touch[], ...kinds: readonly string[]): readonly string[] {
  return touches
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .map((touch) => `${touch.kind}:${touch.id}:${touch.level}`)
    .sort();
}
