import { describe, expect, it } from "vitest";
import { readContainerUpdate, readExecCreate, readExecStart } from "../../../src/docker/bodies/container.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { read, spell } from "./engine.ts";

// As docker 28.2.2 and 20.10.24 write `docker update --memory 64m --memory-swap 64m CONTAINER`, all fields of both
const update = {
  CpuShares: 0,
  Memory: 67108864,
  NanoCpus: 0,
  CgroupParent: "",
  BlkioWeight: 0,
  BlkioWeightDevice: null,
  BlkioDeviceReadBps: null,
  BlkioDeviceWriteBps: null,
  BlkioDeviceReadIOps: null,
  BlkioDeviceWriteIOps: null,
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: "",
  CpusetMems: "",
  Devices: null,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  KernelMemory: 0,
  KernelMemoryTCP: 0,
  MemoryReservation: 0,
  MemorySwap: 67108864,
  MemorySwappiness: null,
  OomKillDisable: null,
  PidsLimit: null,
  Ulimits: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
  RestartPolicy: { Name: "", MaximumRetryCount: 0 },
};

describe("an update", () => {
  it.each<[string, object, readonly string[]]>([
    ["limits alone", update, []],
    ["--restart", { ...update, RestartPolicy: { Name: "always" } }, ["host:restart-policy/always:write"]],
    ["--restart no", { ...update, RestartPolicy: { Name: "no" } }, []],
    ["devices", { Devices: [{ PathOnHost: "/dev/sda" }] }, ["host:device/dev/sda:write"]],
    ["another control group", { CgroupParent: "/x" }, ["host:cgroup-parent:write"]],
  ])("%s", async (_, body, touches) => {
    expect(spell(await read(readContainerUpdate, body))).toEqual(touches);
  });

  it("has a body", async () => {
    await expect(read(readContainerUpdate, undefined)).rejects.toThrow(Unread);
  });
});

describe("an exec", () => {
  // As docker 28.2.2 writes `docker exec -it CONTAINER sh`
  const exec = {
    User: "",
    Privileged: false,
    Tty: true,
    AttachStdin: true,
    AttachStderr: true,
    AttachStdout: true,
    Detach: false,
    DetachKeys: "",
    Env: null,
    WorkingDir: "",
    Cmd: ["sh"],
  };

  it("reaches nothing by itself", async () => {
    expect(await read(readExecCreate, exec)).toEqual([]);
    expect(await read(readExecCreate, { ...exec, User: "0", Env: ["A=b"], ConsoleSize: [24, 80] })).toEqual([]);
    expect(await read(readExecStart, { Detach: false, Tty: true, ConsoleSize: [24, 80] })).toEqual([]);
    expect(await read(readExecStart, undefined)).toEqual([]);
  });

  it("may have what docker-py and dockerode say besides, which no engine reads", async () => {
    expect(await read(readExecCreate, { ...exec, Container: "c1" })).toEqual([]);
    expect(await read(readExecStart, { hijack: true, stdin: true })).toEqual([]);
  });

  it("is refused what is not known", async () => {
    await expect(read(readExecCreate, { ...exec, container: "other" })).rejects.toThrow(Unread);
    await expect(read(readExecStart, { Privileged: true })).rejects.toThrow(/not known/);
    await expect(read(readExecCreate, undefined)).rejects.toThrow(Unread);
  });
});
