import type { Touch } from "../attempt.ts";
import { hostPower, namedPower, unturnedPath } from "../powers/host.ts";
import { eachText, flag, flagPower, list, object, text, textMap, texts, textPower, whole } from "./fields.ts";
import { defineShape, expectObject, expectText, type FieldReader } from "./shape.ts";

const throttle = list(object(defineShape({ Path: text, Rate: whole })));
const weight = list(object(defineShape({ Path: text, Weight: whole })));

const device = object(
  defineShape({
    PathOnHost: textPower((path) => [hostPower(`device${unturnedPath(path)}`)]),
    PathInContainer: text,
    CgroupPermissions: text,
  }),
);

const requestShape = object(
  defineShape({ Driver: text, Count: whole, DeviceIDs: texts, Capabilities: list(texts), Options: textMap }),
);

const deviceRequest: FieldReader = async (value, field, reading) => {
  await requestShape(value, field, reading);
  const driver = expectText(expectObject(value, field)["Driver"] ?? "", field);
  return [driver === "" ? hostPower("device-request") : namedPower("device-request", driver)];
};

/** When a container is started again without being asked. */
export const restartPolicy: FieldReader = object(
  defineShape({
    Name: textPower((name): readonly Touch[] => (name === "no" ? [] : [namedPower("restart-policy", name)])),
    MaximumRetryCount: whole,
  }),
);

/** Limits on what a process may open and use, which it may always lower. */
export const ulimits: FieldReader = list(object(defineShape({ Name: text, Soft: whole, Hard: whole })));

/** What a container may use of the machine, as a create and an update have it. */
export const resources: Readonly<Record<string, FieldReader>> = {
  CpuShares: whole,
  Memory: whole,
  NanoCpus: whole,
  CgroupParent: textPower(() => [hostPower("cgroup-parent")]),
  BlkioWeight: whole,
  BlkioWeightDevice: weight,
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
  CpuPeriod: whole,
  CpuQuota: whole,
  CpuRealtimePeriod: whole,
  CpuRealtimeRuntime: whole,
  CpusetCpus: text,
  CpusetMems: text,
  Devices: list(device),
  DeviceCgroupRules: eachText(() => [hostPower("device-cgroup-rule")]),
  DeviceRequests: list(deviceRequest),
  KernelMemory: whole,
  KernelMemoryTCP: whole,
  MemoryReservation: whole,
  MemorySwap: whole,
  MemorySwappiness: whole,
  OomKillDisable: flagPower("oom-kill-disable"),
  Init: flag,
  PidsLimit: whole,
  Ulimits: ulimits,
  CpuCount: whole,
  CpuPercent: whole,
  IOMaximumIOps: whole,
  IOMaximumBandwidth: whole,
};
