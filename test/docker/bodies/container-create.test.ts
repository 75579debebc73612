import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readContainerCreate } from "../../../src/docker/bodies/container-create.ts";
import { hostConfig } from "../../../src/docker/bodies/host-config.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { guard, id, image, read, resolverOver, spell } from "./engine.ts";

const plain = [`container:+:write`, `image:${image}:read`];

// As docker 28.2.2 writes `docker run --rm -it --network none bb true`
const recent = {
  Hostname: "",
  Domainname: "",
  User: "",
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
  Tty: true,
  OpenStdin: true,
  StdinOnce: true,
  Env: null,
  Cmd: ["true"],
  Image: "bb",
  Volumes: {},
  WorkingDir: "",
  Entrypoint: null,
  OnBuild: null,
  Labels: {},
  HostConfig: {
    Binds: null,
    ContainerIDFile: "",
    LogConfig: { Type: "", Config: {} },
    NetworkMode: "none",
    PortBindings: {},
    RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
    AutoRemove: true,
    VolumeDriver: "",
    VolumesFrom: null,
    ConsoleSize: [0, 0],
    CapAdd: null,
    CapDrop: null,
    CgroupnsMode: "",
    Dns: [],
    DnsOptions: [],
    DnsSearch: [],
    ExtraHosts: null,
    GroupAdd: null,
    IpcMode: "",
    Cgroup: "",
    Links: null,
    OomScoreAdj: 0,
    PidMode: "",
    Privileged: false,
    PublishAllPorts: false,
    ReadonlyRootfs: false,
    SecurityOpt: null,
    UTSMode: "",
    UsernsMode: "",
    ShmSize: 0,
    Isolation: "",
    CpuShares: 0,
    Memory: 0,
    NanoCpus: 0,
    CgroupParent: "",
    BlkioWeight: 0,
    BlkioWeightDevice: [],
    BlkioDeviceReadBps: [],
    BlkioDeviceWriteBps: [],
    BlkioDeviceReadIOps: [],
    BlkioDeviceWriteIOps: [],
    CpuPeriod: 0,
    CpuQuota: 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: "",
    CpusetMems: "",
    Devices: [],
    DeviceCgroupRules: null,
    DeviceRequests: null,
    MemoryReservation: 0,
    MemorySwap: 0,
    MemorySwappiness: -1,
    OomKillDisable: false,
    PidsLimit: 0,
    Ulimits: [],
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    MaskedPaths: null,
    ReadonlyPaths: null,
  },
  NetworkingConfig: { EndpointsConfig: {} },
};

// What Debian's 20.10.24 writes otherwise
const older = {
  ...recent,
  HostConfig: { ...recent.HostConfig, KernelMemory: 0, KernelMemoryTCP: 0, Ulimits: null, BlkioDeviceReadBps: null },
};

const defaultEndpoint = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  MacAddress: "",
  DriverOpts: null,
  GwPriority: 0,
  NetworkID: "",
  EndpointID: "",
  Gateway: "",
  IPAddress: "",
  IPPrefixLen: 0,
  IPv6Gateway: "",
  GlobalIPv6Address: "",
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
};

function withHost(fields: object): object {
  return { Image: "bb", HostConfig: fields };
}

async function refuse(body: object, reason: RegExp, query: Readonly<Record<string, string>> = {}): Promise<void> {
  const reading = read(readContainerCreate, body, query);
  await expect(reading).rejects.toThrow(Unread);
  await expect(reading).rejects.toThrow(reason);
}

describe("what docker's own command writes", () => {
  it.each([
    ["28.2.2: run --rm -it --network none", recent],
    ["20.10.24: run --rm -it --network none", older],
    ["20.10.24: create", { ...older, HostConfig: { ...older.HostConfig, NetworkMode: "default" } }],
    [
      "28.2.2: create",
      {
        ...recent,
        HostConfig: { ...recent.HostConfig, NetworkMode: "default" },
        NetworkingConfig: { EndpointsConfig: { default: defaultEndpoint } },
      },
    ],
    [
      "run -e A=b --memory 64m --cpus 1 --ulimit nofile=10 --pids-limit 5 --init --shm-size 1m --tmpfs /q --cap-drop ALL",
      {
        ...recent,
        Env: ["A=b"],
        HostConfig: {
          ...recent.HostConfig,
          Memory: 67108864,
          NanoCpus: 1000000000,
          Ulimits: [{ Name: "nofile", Hard: 10, Soft: 10 }],
          PidsLimit: 5,
          Init: true,
          ShmSize: 1048576,
          Tmpfs: { "/q": "" },
          CapDrop: ["ALL"],
        },
      },
    ],
    [
      "create --read-only --health-cmd true --stop-signal TERM --hostname h --mac-address … --add-host --dns --expose 9",
      {
        ...recent,
        Hostname: "h",
        Domainname: "d",
        Healthcheck: { Test: ["CMD-SHELL", "true"] },
        StopSignal: "TERM",
        StopTimeout: 3,
        MacAddress: "02:42:ac:11:00:02",
        ExposedPorts: { "9/tcp": {} },
        HostConfig: {
          ...recent.HostConfig,
          ReadonlyRootfs: true,
          Dns: ["1.1.1.1"],
          ExtraHosts: ["a:1.2.3.4"],
          BlkioWeight: 100,
        },
      },
    ],
    ["-v /anonymous", { ...recent, Volumes: { "/anonymous": {} } }],
    ["--mount type=tmpfs", withHost({ Mounts: [{ Type: "tmpfs", Target: "/t" }] })],
    ["--mount type=volume without a source", withHost({ Mounts: [{ Type: "volume", Target: "/t" }] })],
    ["--cap-drop ALL --cap-add NET_BIND_SERVICE", withHost({ CapDrop: ["ALL"], CapAdd: ["CAP_NET_BIND_SERVICE"] })],
    ["--security-opt no-new-privileges", withHost({ SecurityOpt: ["no-new-privileges"] })],
    ["--log-driver none", withHost({ LogConfig: { Type: "none", Config: {} } })],
    ["--log-opt max-size=1m", withHost({ LogConfig: { Type: "json-file", Config: { "max-size": "1m" } } })],
    ["the Python SDK's null", { Image: "bb", Runtime: null, NetworkingConfig: null, HostConfig: null }],
  ])("reaches nothing but its image and itself: %s", async (_, body) => {
    expect(spell(await read(readContainerCreate, body))).toEqual(plain);
  });

  it("touches the new container with its name, its labels and the image it is made from", async () => {
    const touches = await read(readContainerCreate, { Image: "bb", Labels: { a: "b" } }, { name: "web-1" });
    expect(touches).toContainEqual({
      kind: "container",
      id: "+",
      level: "write",
      names: ["web-1"],
      labels: { a: "b" },
      image,
    });
  });
});

describe("each power that a create asks for is a touch of the host", () => {
  it.each<[string, object, readonly string[]]>([
    ["--privileged", { Privileged: true }, ["host:privileged:write"]],
    ["-v /srv/data:/x", { Binds: ["/srv/data:/x"] }, ["host:bind/srv/data:write"]],
    ["-v /srv//a/../data/:/x:ro", { Binds: ["/srv//a/../data/:/x:ro"] }, ["host:bind/srv/data:read"]],
    ["a relabelled bind is written to", { Binds: ["/srv:/x:ro,Z"] }, ["host:bind/srv:write"]],
    [
      "a shared bind lets mounts out",
      { Binds: ["/srv:/x:ro,rshared"] },
      ["host:bind/srv:write", "host:propagation/rshared:write"],
    ],
    [
      "--mount type=bind,readonly",
      { Mounts: [{ Type: "bind", Source: "/srv", Target: "/y", ReadOnly: true }] },
      ["host:bind/srv:read"],
    ],
    [
      "a bind that is read-only at its top alone",
      {
        Mounts: [
          { Type: "bind", Source: "/srv", Target: "/y", ReadOnly: true, BindOptions: { ReadOnlyNonRecursive: true } },
        ],
      },
      ["host:bind/srv:write"],
    ],
    [
      "a volume made by a driver with options",
      {
        Mounts: [
          {
            Type: "volume",
            Target: "/y",
            VolumeOptions: { DriverConfig: { Name: "local", Options: { type: "none", o: "bind", device: "/srv" } } },
          },
        ],
      },
      ["host:bind/srv:write"],
    ],
    [
      "a volume of another driver",
      { Mounts: [{ Type: "volume", Target: "/y", VolumeOptions: { DriverConfig: { Name: "rexray" } } }] },
      ["host:volume-driver/rexray:write"],
    ],
    ["--volume-driver", { VolumeDriver: "rexray" }, ["host:volume-driver/rexray:write"]],
    ["--pid host", { PidMode: "host" }, ["host:namespace/pid:write"]],
    ["--ipc host", { IpcMode: "host" }, ["host:namespace/ipc:write"]],
    ["--uts host", { UTSMode: "host" }, ["host:namespace/uts:write"]],
    ["--userns host", { UsernsMode: "host" }, ["host:namespace/user:write"]],
    ["--cgroupns host", { CgroupnsMode: "host" }, ["host:namespace/cgroup:write"]],
    ["--network host", { NetworkMode: "host" }, ["host:network:write"]],
    ["--cap-add SYS_ADMIN", { CapAdd: ["SYS_ADMIN"] }, ["host:capability/SYS_ADMIN:write"]],
    ["--cap-add, as newer clients spell it", { CapAdd: ["CAP_SYS_ADMIN"] }, ["host:capability/SYS_ADMIN:write"]],
    ["--cap-add all", { CapAdd: ["all"] }, ["host:capability/ALL:write"]],
    [
      "--device",
      { Devices: [{ PathOnHost: "/dev/kvm", PathInContainer: "/dev/kvm", CgroupPermissions: "rwm" }] },
      ["host:device/dev/kvm:write"],
    ],
    ["--gpus all", { DeviceRequests: [{ Count: -1, Capabilities: [["gpu"]] }] }, ["host:device-request:write"]],
    ["--device-cgroup-rule", { DeviceCgroupRules: ["c 1:3 rwm"] }, ["host:device-cgroup-rule:write"]],
    ["seccomp", { SecurityOpt: ["seccomp=unconfined"] }, ["host:security-opt/seccomp:write"]],
    ["seccomp, the old way", { SecurityOpt: ["seccomp:unconfined"] }, ["host:security-opt/seccomp:write"]],
    ["apparmor", { SecurityOpt: ["apparmor=mine"] }, ["host:security-opt/apparmor:write"]],
    ["label", { SecurityOpt: ["label=disable"] }, ["host:security-opt/label:write"]],
    ["systempaths", { SecurityOpt: ["systempaths=unconfined"] }, ["host:security-opt/systempaths:write"]],
    ["new privileges", { SecurityOpt: ["no-new-privileges:false"] }, ["host:security-opt/no-new-privileges:write"]],
    ["nothing masked", { MaskedPaths: [] }, ["host:masked-paths:write"]],
    ["nothing read-only", { ReadonlyPaths: [] }, ["host:readonly-paths:write"]],
    ["--cgroup-parent", { CgroupParent: "/x" }, ["host:cgroup-parent:write"]],
    ["--sysctl", { Sysctls: { "net.ipv4.ip_forward": "1" } }, ["host:sysctl/net.ipv4.ip_forward:write"]],
    ["--runtime", { Runtime: "runc" }, ["host:runtime/runc:write"]],
    ["--annotation", { Annotations: { a: "b" } }, ["host:annotation/a:write"]],
    ["--oom-score-adj", { OomScoreAdj: -1000 }, ["host:oom-score-adj:write"]],
    ["--oom-kill-disable", { OomKillDisable: true }, ["host:oom-kill-disable:write"]],
    ["--group-add", { GroupAdd: ["docker"] }, ["host:group-add/docker:write"]],
    ["--log-driver", { LogConfig: { Type: "syslog", Config: {} } }, ["host:log-driver/syslog:write"]],
    [
      "--log-opt",
      { LogConfig: { Type: "", Config: { "syslog-address": "udp://1.2.3.4:1" } } },
      ["host:log-option/syslog-address:write"],
    ],
    [
      "-p",
      { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }], "53/udp": [{ HostPort: "53" }] } },
      ["host:port/53/udp:write", "host:port/8080:write"],
    ],
    ["-p 80", { PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "" }] } }, ["host:port/0:write"]],
    [
      "-p 8000-8001:80",
      { PortBindings: { "80/tcp": [{ HostPort: "8000-8001" }] } },
      ["host:port/8000:write", "host:port/8001:write"],
    ],
    ["-P", { PublishAllPorts: true }, ["host:publish-all:write"]],
    ["--restart", { RestartPolicy: { Name: "always", MaximumRetryCount: 0 } }, ["host:restart-policy/always:write"]],
    ["--storage-opt", { StorageOpt: { size: "1G" } }, ["host:storage-opt/size:write"]],
  ])("%s", async (_, fields, powers) => {
    expect(spell(await read(readContainerCreate, withHost(fields)))).toEqual([...plain, ...powers].sort());
  });
});

describe("what a create takes from others", () => {
  it.each<[string, object, readonly string[]]>([
    ["a volume that is there", { Binds: ["data:/x"] }, ["volume:data:write"]],
    ["a read-only volume, which is filled all the same", { Binds: ["data:/x:ro"] }, ["volume:data:write"]],
    ["a read-only volume that is not", { Binds: ["data:/x:ro,nocopy"] }, ["volume:data:read"]],
    ["a volume that is not there", { Binds: ["fresh:/x"] }, ["volume:+:write"]],
    ["--mount type=volume", { Mounts: [{ Type: "volume", Source: "data", Target: "/x" }] }, ["volume:data:write"]],
    [
      "a volume of another driver",
      { Binds: ["remote:/x"] },
      ["host:volume-driver/rexray:write", "volume:remote:write"],
    ],
    ["an image", { Mounts: [{ Type: "image", Source: "bb", Target: "/x" }] }, []],
    ["a network", { NetworkMode: "nn" }, [`network:${id("2b")}:write`]],
    [
      "a network that is the host's, by its id",
      { NetworkMode: id("3c") },
      ["host:network:write", `network:${id("3c")}:write`],
    ],
    ["another's namespace", { PidMode: "container:plain" }, [`container:${id("706c61696e")}:write`]],
    ["another's volumes", { VolumesFrom: ["plain:ro"] }, [`container:${id("706c61696e")}:write`]],
    ["--link", { Links: ["plain:db"] }, [`container:${id("706c61696e")}:read`]],
  ])("%s", async (_, fields, others) => {
    expect(spell(await read(readContainerCreate, withHost(fields)))).toEqual([...plain, ...others].sort());
  });

  it("touches a network by the id in its settings, which the engine prefers to its name", async () => {
    const body = { Image: "bb", NetworkingConfig: { EndpointsConfig: { nn: { NetworkID: id("3c") } } } };
    expect(spell(await read(readContainerCreate, body), "network", "host")).toEqual([
      "host:network:write",
      `network:${id("2b")}:write`,
      `network:${id("3c")}:write`,
    ]);
  });

  it("touches a network's driver by its options, and another container by a link", async () => {
    const body = {
      Image: "bb",
      NetworkingConfig: { EndpointsConfig: { nn: { DriverOpts: { "com.example": "1" }, Links: ["plain:x"] } } },
    };
    expect(spell(await read(readContainerCreate, body), "container", "host")).toEqual([
      "container:+:write",
      `container:${id("706c61696e")}:read`,
      "host:network-option/com.example:write",
    ]);
  });
});

describe("what a create may not say", () => {
  it.each<[string, object, RegExp]>([
    ["no image", {}, /is no name of an image/],
    ["an image that is not there", { Image: "gone" }, /knows no image/],
    ["an image that claims an owner", { Image: "claims" }, /gateway alone may set/],
    ["a label of the gateway", { Image: "bb", Labels: { "docker-id.socket": "true" } }, /docker-id gateway/],
    [
      "such a label on a volume",
      withHost({
        Mounts: [{ Type: "volume", Source: "x1", Target: "/x", VolumeOptions: { Labels: { "docker-id.owner": "1" } } }],
      }),
      /docker-id gateway/,
    ],
    ["a field that is not known", { Image: "bb", Surprise: 1 }, /not known, "Surprise"/],
    ["such a field in HostConfig", withHost({ Capabilities: ["ALL"] }), /not known, "HostConfig.Capabilities"/],
    ["such a field in a mount", withHost({ Mounts: [{ Type: "tmpfs", Target: "/x", Flags: 1 }] }), /not known/],
    ["another type", withHost({ Privileged: "true" }), /not true or false/],
    ["a bind that is relative", withHost({ Binds: ["./x:/x"] }), /is no name of a volume/],
    ["a bind with too many colons", withHost({ Binds: ["/a:/b:ro:rw"] }), /is no bind/],
    ["a bind's unknown option", withHost({ Binds: ["/a:/b:mighty"] }), /not known/],
    ["a bind with control characters", withHost({ Binds: ["/a\n:/b"] }), /control characters/],
    [
      "a mount that is a template",
      withHost({ Mounts: [{ Type: "bind", Source: "/srv/{{.X}}", Target: "/x" }] }),
      /template/,
    ],
    ["a named pipe", withHost({ Mounts: [{ Type: "npipe", Source: "x", Target: "/x" }] }), /not known/],
    ["a cluster volume", withHost({ Mounts: [{ Type: "cluster", Source: "x", Target: "/x" }] }), /not known/],
    ["a mount of no type", withHost({ Mounts: [{ Source: "/", Target: "/x" }] }), /without a type/],
    ["a tmpfs that binds", withHost({ Tmpfs: { "/x": "bind" } }), /tmpfs/],
    ["a device that is reached by going back up", withHost({ Devices: [{ PathOnHost: "/dev/x/../kvm" }] }), /back up/],
    ["an unknown namespace", withHost({ PidMode: "hosts" }), /not known/],
    ["a file for the id", withHost({ ContainerIDFile: "/x" }), /not allowed/],
    ["a port that is none", withHost({ PortBindings: { "80/tcp": [{ HostPort: "1-65535" }] } }), /no port/],
    ["a container that is gone", withHost({ VolumesFrom: ["gone"] }), /knows no container/],
    ["a network that is gone", withHost({ NetworkMode: "gone" }), /knows no network/],
    [
      "settings that the engine makes",
      { Image: "bb", NetworkingConfig: { EndpointsConfig: { nn: { EndpointID: "x" } } } },
      /not allowed/,
    ],
  ])("%s", async (_, body, reason) => {
    await refuse(body, reason);
  });

  it.each(["abcdef012345", id("ab"), "ABCDEF012345", "/web", "a b", "x".repeat(300)])("the name %s", async (name) => {
    await refuse({ Image: "bb" }, /name/, { name });
  });

  it("nothing at all", async () => {
    await expect(read(readContainerCreate, undefined)).rejects.toThrow(/no body/);
  });
});

describe("properties of a create's reading", () => {
  const known = Object.keys(hostConfig);
  const anything = fc.constantFrom(null, false, true, 0, 7, "", "x", [], ["x"], {}, { a: { b: 1 } });

  it("refuses any field that is added, at the top and in HostConfig", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), anything, fc.boolean(), async (key, value, above) => {
        fc.pre(key !== "__proto__" && !known.includes(key) && !Object.hasOwn(recent, key));
        const added = above
          ? { ...recent, [key]: value }
          : { ...recent, HostConfig: { ...recent.HostConfig, [key]: value } };
        await refuse(added, /not known|another spelling/);
      }),
    );
  });

  it("refuses a field of HostConfig that stands beside it and says something, whatever it is", async () => {
    for (const field of known) {
      await refuse({ Image: "bb", [field]: ["x"] }, /not known|not allowed/);
    }
  });

  it("adds nothing for fields that are left out or say nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(Object.keys(recent.HostConfig)), async (kept) => {
        const fields = Object.fromEntries(Object.entries(recent.HostConfig).filter(([key]) => kept.includes(key)));
        expect(spell(await read(readContainerCreate, { ...recent, HostConfig: fields }))).toEqual(plain);
      }),
    );
  });

  it("reads or refuses whatever a field says, and never breaks", async () => {
    const keys = fc.constantFrom(...known);
    const value = fc.oneof(fc.jsonValue(), fc.array(fc.string()), fc.string(), fc.dictionary(fc.string(), fc.string()));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, value), async (fields) => {
        try {
          expect(spell(await read(readContainerCreate, withHost(fields)))).toContain("container:+:write");
        } catch (error) {
          expect(error).toBeInstanceOf(Unread);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("answers a failing engine by not understanding", async () => {
    const resolver = resolverOver();
    const failing = { ...resolver, image: async () => Promise.reject(new Unread("the engine could not be asked")) };
    const reading = readContainerCreate({ body: { Image: "bb" }, query: new Map(), resolver: failing, guard });
    await expect(reading).rejects.toThrow(Unread);
  });
});
