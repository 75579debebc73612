import type { Touch } from "../attempt.ts";
import { hostPower, namedPower, quote } from "../powers/host.ts";
import { Unread } from "../unread.ts";
import { consoleSize } from "./container-config.ts";
import { eachText, flag, flagPower, keyPowers, list, oneOf, textPower, texts, whole, zero } from "./fields.ts";
import { joinContainer, joinNetworkMode, linkContainer } from "./join.ts";
import { logReader } from "./log.ts";
import { mount } from "./mount.ts";
import { portBindings } from "./ports.ts";
import { resources, restartPolicy } from "./resources.ts";
import { capabilityPowers, givenPaths, oomScoreAdj, securityPowers, tmpfs } from "./security.ts";
import type { FieldReader } from "./shape.ts";
import { readBind } from "./volumes.ts";

/** All fields of `HostConfig`: how the engine would hold a container, and so every power over the host. */
export const hostConfig: Readonly<Record<string, FieldReader>> = {
  ...resources,
  Annotations: keyPowers("annotation"),
  AutoRemove: flag,
  Binds: eachText(readBind),
  CapAdd: eachText(capabilityPowers),
  CapDrop: texts,
  Cgroup: zero,
  CgroupnsMode: namespace("cgroup", ["private"]),
  ConsoleSize: consoleSize,
  ContainerIDFile: zero,
  Dns: texts,
  DnsOptions: texts,
  DnsSearch: texts,
  ExtraHosts: texts,
  GroupAdd: eachText((group) => [namedPower("group-add", group)]),
  IpcMode: namespace("ipc", ["none", "private", "shareable"]),
  Isolation: oneOf("", "default"),
  Links: eachText(linkContainer),
  LogConfig: logReader("Type", "Config"),
  MaskedPaths: givenPaths("masked-paths"),
  Mounts: list(mount),
  NetworkMode: textPower(joinNetworkMode),
  OomScoreAdj: oomScoreAdj,
  PidMode: namespace("pid", []),
  PortBindings: portBindings,
  Privileged: flagPower("privileged"),
  PublishAllPorts: flagPower("publish-all"),
  ReadonlyPaths: givenPaths("readonly-paths"),
  ReadonlyRootfs: flag,
  RestartPolicy: restartPolicy,
  Runtime: textPower((name) => [namedPower("runtime", name)]),
  SecurityOpt: eachText(securityPowers),
  ShmSize: whole,
  StorageOpt: keyPowers("storage-opt"),
  Sysctls: keyPowers("sysctl"),
  Tmpfs: tmpfs,
  UTSMode: namespace("uts", []),
  UsernsMode: namespace("user", []),
  VolumeDriver: textPower((name) => (name === "local" ? [] : [namedPower("volume-driver", name)])),
  VolumesFrom: eachText(async (from, reading) => {
    const [name = "", mode] = from.split(":");
    if (mode !== undefined && !/^(?:ro|rw|z|Z)(?:,(?:ro|rw|z|Z))*$/.test(mode)) {
      throw new Unread("the mode of volumes from a container is not known");
    }
    return joinContainer(name, reading);
  }),
};

function namespace(kind: string, own: readonly string[]): FieldReader {
  return textPower(async (mode, reading): Promise<readonly Touch[]> => {
    if (own.includes(mode)) return [];
    if (mode === "host") return [hostPower(`namespace/${kind}`)];
    if (mode.startsWith("container:")) return joinContainer(mode.slice("container:".length), reading);
    throw new Unread(`the ${kind} namespace ${quote(mode)} is not known`);
  });
}
