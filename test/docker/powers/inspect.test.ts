import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { powersOf } from "../../../src/docker/powers/inspect.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { asJson, containerNamed, guard, id, plainHostConfig, resolverOver, spell } from "../bodies/engine.ts";

async function lent(hostConfig: object, mounts: readonly object[] = []): Promise<readonly string[]> {
  return spell(await powersOf(asJson(containerNamed("asked", hostConfig, mounts)), resolverOver(), guard));
}

const volume = (name: string, more: object = {}): object => ({
  Type: "volume",
  Name: name,
  Source: `/var/lib/docker/volumes/${name}/_data`,
  Destination: "/x",
  Driver: "local",
  RW: true,
  ...more,
});

describe("what a container lends that asked for nothing", () => {
  it.each<[string, object, readonly object[]]>([
    ["as the engine shows it", {}, []],
    ["on the default network", { NetworkMode: "default" }, []],
    ["on a network", { NetworkMode: "nn" }, []],
    ["with control groups of version 2", { CgroupnsMode: "private" }, []],
    ["started again by the engine", { RestartPolicy: { Name: "always", MaximumRetryCount: 0 } }, []],
    ["with limits", { Memory: 1, NanoCpus: 1, PidsLimit: 5, Ulimits: [{ Name: "nofile", Soft: 1, Hard: 1 }] }, []],
    ["that logs to the journal as all do there", { LogConfig: { Type: "journald", Config: {} } }, []],
    [
      "with volumes",
      { Binds: ["data:/x"] },
      [volume("data"), volume("gone"), { Type: "tmpfs", RW: true }, { Type: "image", RW: false }],
    ],
    [
      "with a new volume that the gateway labelled",
      {
        Mounts: [
          { Type: "volume", Source: "data", Target: "/x", VolumeOptions: { Labels: { "docker-id.owner.x": "true" } } },
        ],
      },
      [volume("data")],
    ],
    ["by a newer runtime's name", { Runtime: "io.containerd.runc.v2" }, []],
    ["with a field that is new and says nothing", { Novelty: null, Other: {} }, []],
  ])("%s", async (_, hostConfig, mounts) => {
    expect(await lent(hostConfig, mounts)).toEqual([]);
  });
});

describe("what a container lends", () => {
  it.each<[string, object, readonly object[], readonly string[]]>([
    ["privilege", { Privileged: true, MaskedPaths: null, ReadonlyPaths: null }, [], ["host:privileged:write"]],
    ["a bind", { Binds: ["/srv:/x"] }, [], ["host:bind/srv:write"]],
    [
      "a bind among its mounts alone",
      {},
      [{ Type: "bind", Source: "/srv", Destination: "/x", RW: false, Mode: "ro" }],
      ["host:bind/srv:read"],
    ],
    [
      "the engine's socket",
      {},
      [{ Type: "bind", Source: "/var/run/docker.sock", Destination: "/x", RW: true }],
      ["guard:/run/docker.sock:write", "host:bind/var/run/docker.sock:write"],
    ],
    ["a volume that is a bind", {}, [volume("trap")], ["guard:/etc/docker:write", "host:bind/etc:write"]],
    ["a volume of another driver", {}, [volume("remote")], ["host:volume-driver/rexray:write"]],
    ["one that is gone", {}, [volume("gone", { Driver: "rexray" })], ["host:volume-driver/rexray:write"]],
    ["a mount of a kind that is new", {}, [{ Type: "novel" }], ["host:unknown/Mounts:write"]],
    ["the host's network", { NetworkMode: "host" }, [], ["host:network:write"]],
    ["the host's network, by its id", { NetworkMode: id("3c") }, [], ["host:network:write"]],
    ["the host's processes", { PidMode: "host" }, [], ["host:namespace/pid:write"]],
    ["a capability", { CapAdd: ["NET_ADMIN"] }, [], ["host:capability/NET_ADMIN:write"]],
    ["a device", { Devices: [{ PathOnHost: "/dev/kvm" }] }, [], ["host:device/dev/kvm:write"]],
    ["a port", { PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "80" }] } }, [], ["host:port/80:write"]],
    ["unmasked paths", { MaskedPaths: ["/proc/acpi"] }, [], ["host:masked-paths:write"]],
    ["writable paths", { ReadonlyPaths: [] }, [], ["host:readonly-paths:write"]],
    ["loosened confinement", { SecurityOpt: ["seccomp=unconfined"] }, [], ["host:security-opt/seccomp:write"]],
    ["another runtime", { Runtime: "kata" }, [], ["host:runtime/kata:write"]],
    ["another log driver", { LogConfig: { Type: "syslog", Config: {} } }, [], ["host:log-driver/syslog:write"]],
    ["a link", { Links: ["/plain:/asked/db"] }, [], ["host:links:write"]],
    ["a field that is new", { Novelty: true }, [], ["host:unknown/Novelty:write"]],
    ["a field of another type", { Privileged: "yes" }, [], ["host:unknown/Privileged:write"]],
    ["volumes from one that is gone", { VolumesFrom: ["gone"] }, [], ["host:unknown/VolumesFrom:write"]],
    [
      "what it has joined",
      { PidMode: "container:mighty" },
      [],
      [`container:${id("6d6967687479")}:write`, "host:privileged:write"],
    ],
    [
      "what those have joined in a circle",
      { NetworkMode: "container:round" },
      [],
      [`container:${id("636972636c65")}:write`, `container:${id("726f756e64")}:write`, "host:privileged:write"],
    ],
  ])("%s", async (_, hostConfig, mounts, powers) => {
    expect(await lent(hostConfig, mounts)).toEqual(powers);
  });

  it.each([{}, { HostConfig: null }, { HostConfig: [] }, { HostConfig: {}, Mounts: "x" }])(
    "is not known from the answer %j",
    async (inspect) => {
      await expect(powersOf(asJson(inspect), resolverOver(), guard)).rejects.toThrow(Unread);
    },
  );

  it("is never less than nothing, whatever the engine answers", async () => {
    const fields = fc.constantFrom(...Object.keys(plainHostConfig), "Novelty", "Mounts", "VolumesFrom", "Devices");
    const value = fc.oneof(
      fc.boolean(),
      fc.string(),
      fc.integer(),
      fc.array(fc.string()),
      fc.dictionary(fc.string(), fc.string()),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fields, value), async (hostConfig) => {
        expect(Array.isArray(await lent(hostConfig))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("ends where a great many are joined to each other", async () => {
    const many = Array.from({ length: 40 }, (_, index) => `many${index}`);
    const things = Object.fromEntries(
      many.map((name, index) => [`container ${name}`, containerNamed(name, { PidMode: `container:many${index + 1}` })]),
    );
    const asked = asJson(containerNamed("asked", { PidMode: "container:many0" }));
    await expect(powersOf(asked, resolverOver(things), guard)).rejects.toThrow(/too many/);
  });
});
