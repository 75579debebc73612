import { posix } from "node:path";
import type { Attempt, Touch } from "../../src/docker/attempt.ts";

/** What an engine says of a container, as far as it shows what that reaches. */
export interface Container {
  readonly Image: string;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly Mounts: readonly Readonly<Record<string, unknown>>[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
}

/** Names of things that stand for more than themselves, with what a touch of them must say. */
export interface Ids {
  readonly containers: Readonly<Record<string, string>>;
  readonly networks: Readonly<Record<string, string>>;
}

const plainCapabilities = /^(?:CAP_)?CHOWN$/i;

/** The touches, `kind:id`, that a create must have been read to have, by what the engine made of it. */
export function visibleIn({ Image, HostConfig: config, Mounts, NetworkSettings }: Container, ids: Ids): Set<string> {
  const seen = new Set([`image:${Image}`]);
  const say = (...powers: readonly string[]): void => powers.forEach((power) => seen.add(`host:${power}`));
  const texts = (field: string): readonly string[] => (config[field] ?? []) as readonly string[];
  const said = (field: string): string => (typeof config[field] === "string" ? config[field] : "");
  const container = (name: string): void => void seen.add(`container:${ids.containers[name] ?? name}`);

  for (const [field, power] of flags) if (config[field] === true) say(power);
  for (const [field, kind] of namespaces) {
    if (said(field) === "host") say(`namespace/${kind}`);
    if (said(field).startsWith("container:")) container(said(field).slice("container:".length));
  }
  for (const from of texts("VolumesFrom")) container(from.split(":")[0] ?? "");
  for (const network of [said("NetworkMode"), ...Object.keys(NetworkSettings.Networks)]) {
    if (network === "host") say("network");
    else if (network.startsWith("container:")) container(network.slice("container:".length));
    else if (Object.hasOwn(ids.networks, network)) seen.add(`network:${ids.networks[network]}`);
  }
  for (const bind of texts("Binds")) say(...bound(bind.split(":")[0] ?? ""));
  for (const { Type: type, Source: source, Name: name } of Mounts) {
    if (type === "bind") say(...bound(String(source)));
    if (type === "volume" && !/^[0-9a-f]{64}$/.test(String(name))) seen.add(`volume:${String(name)}`);
  }
  for (const capability of texts("CapAdd")) {
    if (!plainCapabilities.test(capability)) say(`capability/${capability.toUpperCase().replace(/^CAP_/, "")}`);
  }
  for (const device of (config["Devices"] ?? []) as readonly { PathOnHost: string }[])
    say(`device${device.PathOnHost}`);
  if (texts("DeviceCgroupRules").length > 0) say("device-cgroup-rule");
  if (texts("DeviceRequests").length > 0) say("device-request");
  // The engine adds it to these by itself
  const isNeverLabelled = config["Privileged"] === true || said("PidMode") === "host" || said("IpcMode") === "host";
  for (const option of texts("SecurityOpt")) {
    if (option === "label=disable" && isNeverLabelled) continue;
    if (!option.startsWith("no-new-privileges")) say(`security-opt/${option.split("=")[0]}`);
  }
  if (config["Privileged"] !== true && !texts("SecurityOpt").includes("systempaths=unconfined")) {
    if (texts("MaskedPaths").length < 5) say("masked-paths");
    if (texts("ReadonlyPaths").length < 5) say("readonly-paths");
  }
  if (said("CgroupParent") !== "") say("cgroup-parent");
  for (const key of Object.keys(config["Sysctls"] ?? {})) say(`sysctl/${key}`);
  for (const key of Object.keys(config["StorageOpt"] ?? {})) say(`storage-opt/${key}`);
  if (!["", "runc"].includes(said("Runtime"))) say(`runtime/${said("Runtime")}`);
  if (!["", "local"].includes(said("VolumeDriver"))) say(`volume-driver/${said("VolumeDriver")}`);
  if (config["OomScoreAdj"] !== 0) say("oom-score-adj");
  for (const group of texts("GroupAdd")) say(`group-add/${group}`);
  for (const link of texts("Links")) container((link.split(":")[0] ?? "").replace(/^\//, ""));
  const { Type: driver } = config["LogConfig"] as { Type: string };
  if (!["json-file", "none"].includes(driver)) say(`log-driver/${driver}`);
  const { Name: restart } = config["RestartPolicy"] as { Name: string };
  if (!["", "no"].includes(restart)) say(`restart-policy/${restart}`);
  for (const bindings of Object.values(config["PortBindings"] ?? {}) as readonly ({ HostPort: string }[] | null)[]) {
    for (const { HostPort: port } of bindings ?? []) say(`port/${port === "" ? "0" : port}`);
  }
  return seen;
}

const flags = [
  ["Privileged", "privileged"],
  ["PublishAllPorts", "publish-all"],
  ["OomKillDisable", "oom-kill-disable"],
] as const;
const namespaces = [
  ["PidMode", "pid"],
  ["IpcMode", "ipc"],
  ["UTSMode", "uts"],
  ["UsernsMode", "user"],
] as const;

function bound(source: string): readonly string[] {
  if (!source.startsWith("/")) return [];
  const clean = posix.normalize(source).replace(/(?<=.)\/$/, "");
  return [`bind${clean}`];
}

/** What an attempt touches, `kind:id`, things that it would make by their names. */
export function touchesOf({ touches }: Attempt): Set<string> {
  return new Set(touches.flatMap(spell));
}

function spell({ kind, id, names = [] }: Touch): string[] {
  return id === "+" ? names.map((name) => `${kind}:${name}`) : [`${kind}:${id}`];
}
