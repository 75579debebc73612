import { describe, expect, it } from "vitest";
import { readAuth } from "../../../src/docker/bodies/auth.ts";
import {
  readConfigCreate,
  readConfigUpdate,
  readSecretCreate,
  readSecretUpdate,
} from "../../../src/docker/bodies/secret.ts";
import { readServiceCreate, readServiceUpdate } from "../../../src/docker/bodies/service.ts";
import {
  readNodeUpdate,
  readSwarmInit,
  readSwarmJoin,
  readSwarmUnlock,
  readSwarmUpdate,
} from "../../../src/docker/bodies/swarm.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { id, image, read, spell } from "./engine.ts";

// As docker 20.10.24 and 28.2.2 write `docker service create --name svc bb sleep 1`
const service = {
  Name: "svc",
  Labels: {},
  TaskTemplate: {
    ContainerSpec: { Image: "bb:latest", Args: ["sleep", "1"], Init: false, DNSConfig: {}, Isolation: "default" },
    Resources: { Limits: {}, Reservations: {} },
    Placement: {},
    ForceUpdate: 0,
    Runtime: "container",
  },
  Mode: { Replicated: { Replicas: 1 } },
  EndpointSpec: { Mode: "vip" },
};

function withContainer(fields: object): object {
  return { ...service, TaskTemplate: { ContainerSpec: { Image: "bb", ...fields } } };
}

const pulled = "repository:docker.io/library/bb:pull";

describe("a service", () => {
  it.each<[string, object, readonly string[]]>([
    ["as it comes", service, [pulled]],
    ["of an image that is here", withContainer({}), [`image:${image}:read`, pulled]],
    ["a bind", withContainer({ Mounts: [{ Type: "bind", Source: "/srv", Target: "/x" }] }), ["host:bind/srv:write"]],
    ["a volume", withContainer({ Mounts: [{ Type: "volume", Source: "data", Target: "/x" }] }), ["volume:data:write"]],
    ["--cap-add", withContainer({ CapabilityAdd: ["CAP_SYS_ADMIN"] }), ["host:capability/SYS_ADMIN:write"]],
    ["--sysctl", withContainer({ Sysctls: { a: "1" } }), ["host:sysctl/a:write"]],
    ["--group", withContainer({ Groups: ["docker"] }), ["host:group-add/docker:write"]],
    ["--oom-score-adj", withContainer({ OomScoreAdj: -5 }), ["host:oom-score-adj:write"]],
    [
      "seccomp",
      withContainer({ Privileges: { Seccomp: { Mode: "unconfined" } } }),
      ["host:security-opt/seccomp:write"],
    ],
    [
      "apparmor",
      withContainer({ Privileges: { AppArmor: { Mode: "disabled" } } }),
      ["host:security-opt/apparmor:write"],
    ],
    [
      "selinux",
      withContainer({ Privileges: { SELinuxContext: { Disable: true } } }),
      ["host:security-opt/label:write"],
    ],
    [
      "--credential-spec",
      withContainer({ Privileges: { CredentialSpec: { File: "x" } } }),
      ["host:security-opt/credentialspec:write"],
    ],
    [
      "--secret",
      withContainer({ Secrets: [{ SecretID: "s".repeat(25), SecretName: "key", File: { Name: "key", Mode: 292 } }] }),
      [`secret:${"s".repeat(25)}:read`],
    ],
    ["--config", withContainer({ Configs: [{ ConfigName: "web" }] }), [`config:${"c".repeat(25)}:read`]],
    ["--network", { ...service, Networks: [{ Target: "nn" }] }, [`network:${id("2b")}:write`]],
    [
      "--network of its tasks, with options",
      { ...service, TaskTemplate: { Networks: [{ Target: "nn", DriverOpts: { a: "b" } }] } },
      ["host:network-option/a:write", `network:${id("2b")}:write`],
    ],
    [
      "-p",
      {
        ...service,
        EndpointSpec: {
          Ports: [
            { TargetPort: 80, PublishedPort: 8080 },
            { Protocol: "udp", TargetPort: 53 },
          ],
        },
      },
      ["host:port/0/udp:write", "host:port/8080:write"],
    ],
    ["--log-driver", { ...service, TaskTemplate: { LogDriver: { Name: "syslog" } } }, ["host:log-driver/syslog:write"]],
  ])("%s", async (_, body, touches) => {
    expect(spell(await read(readServiceCreate, body))).toEqual(expect.arrayContaining(["service:+:write", ...touches]));
    expect(spell(await read(readServiceUpdate, body))).toEqual(expect.arrayContaining([...touches]));
  });

  it("adds nothing to what it is", async () => {
    expect(spell(await read(readServiceCreate, service))).toEqual([pulled, "service:+:write"]);
  });

  it.each<[string, object]>([
    ["no name", { ...service, Name: "" }],
    ["a name like an id", { ...service, Name: "a".repeat(25) }],
    ["a field that is not known", { ...service, Surprise: 1 }],
    ["such a field further in", withContainer({ Privileged: true })],
    ["another runtime", { ...service, TaskTemplate: { Runtime: "attachment" } }],
    ["an attachment", { ...service, TaskTemplate: { NetworkAttachmentSpec: { ContainerID: "x" } } }],
    ["a secret that is gone", withContainer({ Secrets: [{ SecretID: "x" }] })],
    ["a label of the gateway", { ...service, Labels: { "docker-id.owner": "x" } }],
  ])("%s", async (_, body) => {
    await expect(read(readServiceCreate, body)).rejects.toThrow(Unread);
  });

  it("is not rolled back to what nobody shows", async () => {
    await expect(read(readServiceUpdate, service, { rollback: "previous" })).rejects.toThrow(/rolled back/);
  });
});

describe("a swarm", () => {
  // As docker 20.10.24 writes `docker swarm init`
  const init = {
    ListenAddr: "0.0.0.0:2377",
    AdvertiseAddr: "127.0.0.1",
    DataPathAddr: "",
    DataPathPort: 0,
    ForceNewCluster: false,
    Spec: {
      Labels: null,
      Orchestration: {},
      Raft: { ElectionTick: 0, HeartbeatTick: 0 },
      Dispatcher: {},
      CAConfig: {},
      TaskDefaults: {},
      EncryptionConfig: { AutoLockManagers: false },
    },
    AutoLockManagers: false,
    Availability: "",
    DefaultAddrPool: null,
    SubnetSize: 24,
  };
  const all = ["host:swarm:write", "swarm:*:write"];

  it("is begun, joined, changed and unlocked by who has the host", async () => {
    expect(spell(await read(readSwarmInit, init))).toEqual(all);
    expect(spell(await read(readSwarmJoin, { RemoteAddrs: ["1.2.3.4:2377"], JoinToken: "x" }))).toEqual(all);
    expect(spell(await read(readSwarmUpdate, init.Spec))).toEqual(all);
    expect(spell(await read(readSwarmUnlock, { UnlockKey: "x" }))).toEqual(all);
    await expect(read(readSwarmInit, { ...init, Surprise: 1 })).rejects.toThrow(Unread);
  });

  it("has nodes, and who makes one a manager has the swarm", async () => {
    expect(await read(readNodeUpdate, { Role: "worker", Availability: "drain" })).toEqual([]);
    expect(spell(await read(readNodeUpdate, { Role: "manager" }))).toEqual(["swarm:*:write"]);
  });

  it("has secrets and configurations", async () => {
    const body = { Name: "key", Labels: {}, Data: "eA==" };
    expect(spell(await read(readSecretCreate, body))).toEqual(["secret:+:write"]);
    expect(spell(await read(readConfigCreate, body))).toEqual(["config:+:write"]);
    expect(await read(readSecretUpdate, body)).toEqual([]);
    expect(await read(readConfigUpdate, body)).toEqual([]);
    expect(spell(await read(readSecretCreate, { ...body, Driver: { Name: "vault" } }), "host")).toEqual([
      "host:secret-driver/vault:write",
    ]);
    expect(spell(await read(readConfigCreate, { ...body, Templating: { Name: "golang" } }), "host")).toEqual([
      "host:templating/golang:write",
    ]);
    await expect(read(readConfigCreate, { ...body, Driver: { Name: "x" } })).rejects.toThrow(Unread);
  });
});

describe("a password tried against a registry", () => {
  it.each([
    ["", "docker.io"],
    ["https://index.docker.io/v1/", "docker.io"],
    ["localhost:5000", "localhost:5000"],
    ["https://example.org/v2/", "example.org"],
  ])("%j", async (serveraddress, registry) => {
    const body = { username: "a", password: "b", serveraddress };
    expect(spell(await read(readAuth, body))).toEqual([`registry:${registry}:write`]);
  });

  it("is refused where it is sent elsewhere in disguise", async () => {
    await expect(read(readAuth, { serveraddress: "a@b" })).rejects.toThrow(Unread);
  });
});
