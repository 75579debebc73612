import { describe, expect, it } from "vitest";
import { readContainerCreate } from "../../../src/docker/bodies/container-create.ts";
import { readContainerUpdate, readExecCreate } from "../../../src/docker/bodies/container.ts";
import { readServiceCreate } from "../../../src/docker/bodies/service.ts";
import { readVolumeCreate } from "../../../src/docker/bodies/volume.ts";
import { readAttempt } from "../../../src/docker/read-attempt.ts";
import { Unread } from "../../../src/docker/unread.ts";
import { guard, id, lookupOver, read, spell } from "./engine.ts";

describe("a body that the engine would read otherwise", () => {
  it.each([
    ["another case", { Image: "bb", hostconfig: { Privileged: true } }, /another spelling of "HostConfig"/],
    ["another case, further in", { Image: "bb", HostConfig: { PRIVILEGED: true } }, /another spelling of "Privileged"/],
    ["a long s", { Image: "bb", "Ho\u017ftConfig": { Privileged: true } }, /another spelling of "HostConfig"/],
    ["the sign of kelvin", { Image: "bb", HostConfig: { NetworKMode: "host" } }, /another spelling of "NetworkMode"/],
    ["beside the right one", { Image: "bb", HostConfig: {}, hostConfig: { Privileged: true } }, /another spelling/],
    [
      "in a mount",
      { Image: "bb", HostConfig: { Mounts: [{ type: "bind", source: "/", target: "/x" }] } },
      /another spelling/,
    ],
  ])("%s", async (_, body, reason) => {
    await expect(read(readContainerCreate, body)).rejects.toThrow(reason);
  });
});

describe("a host config outside the host config", () => {
  it.each([
    { Privileged: true },
    { Binds: ["/:/host"] },
    { PidMode: "host" },
    { CapAdd: ["ALL"] },
    { NetworkMode: "host" },
    { Devices: [{ PathOnHost: "/dev/sda" }] },
    { VolumesFrom: ["mighty"] },
    { Runtime: "other" },
  ])("beside it: %j", async (fields) => {
    await expect(read(readContainerCreate, { Image: "bb", ...fields, HostConfig: {} })).rejects.toThrow(Unread);
  });

  it.each([{ Privileged: true }, { HostConfig: { Privileged: true } }, {}])("at a start: %j", async (fields) => {
    const body = new TextEncoder().encode(JSON.stringify(fields));
    const headers = { "content-type": "application/json", "content-length": String(body.length) };
    for (const version of ["", "/v1.23", "/v1.41"]) {
      const request = { method: "POST", target: `${version}/containers/plain/start`, headers, body };
      expect(await readAttempt(request, lookupOver(), guard)).toHaveProperty("unreadable");
    }
  });

  it("at an update", async () => {
    await expect(read(readContainerUpdate, { Privileged: true })).rejects.toThrow(/not known/);
    await expect(read(readContainerUpdate, { Binds: ["/:/host"] })).rejects.toThrow(/not known/);
  });
});

describe("a second door to the host", () => {
  it.each<[string, object, readonly string[]]>([
    ["a volume that was prepared", { Binds: ["trap:/x"] }, ["guard:/etc/docker:write", "host:bind/etc:write"]],
    [
      "such a volume as a mount",
      { Mounts: [{ Type: "volume", Source: "trap", Target: "/x" }] },
      ["guard:/etc/docker:write", "host:bind/etc:write"],
    ],
    [
      "the volumes of a privileged container",
      { VolumesFrom: ["mighty"] },
      ["container:6d6967687479:write", "host:privileged:write"],
    ],
    [
      "the namespaces of one",
      { PidMode: "container:mighty" },
      ["container:6d6967687479:write", "host:privileged:write"],
    ],
    ["its network", { NetworkMode: "container:mighty" }, ["container:6d6967687479:write", "host:privileged:write"]],
    [
      "one that joins another that joins it",
      { IpcMode: "container:round" },
      ["container:636972636c65:write", "container:726f756e64:write", "host:privileged:write"],
    ],
  ])("%s", async (_, fields, reached) => {
    const touches = spell(
      await read(readContainerCreate, { Image: "bb", HostConfig: fields }),
      "host",
      "guard",
      "container",
    );
    const full = reached.map((touch) =>
      touch.replace(/^container:([0-9a-f]+)/, (_all, start: string) => `container:${id(start)}`),
    );
    expect(touches).toEqual(["container:+:write", ...full].sort());
  });

  it("an exec with privilege", async () => {
    expect(spell(await read(readExecCreate, { Cmd: ["sh"], Privileged: true }))).toEqual(["host:privileged:write"]);
  });

  it("a volume made for it", async () => {
    const body = { Name: "mine", Driver: "local", DriverOpts: { type: "none", o: "rbind,rw", device: "/var" } };
    expect(spell(await read(readVolumeCreate, body), "host", "guard")).toEqual([
      "guard:/var/lib/docker:write",
      "host:bind/var:write",
    ]);
  });
});

describe("a folder that was granted", () => {
  it("is not left by a link that was put into it", async () => {
    const body = { Name: "mine", Driver: "local", DriverOpts: { type: "none", o: "bind", device: "/srv/link/.." } };
    await expect(read(readVolumeCreate, body)).rejects.toThrow(/back up/);
    // Here the engine itself cleans the path, before it follows any link
    const bound = { Image: "bb", HostConfig: { Binds: ["/srv/link/..:/x"] } };
    expect(spell(await read(readContainerCreate, bound), "host")).toEqual(["host:bind/srv:write"]);
  });
});

describe("the guard", () => {
  const reaching = [
    "/",
    "/run",
    "/var/run",
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/docker/plugins/docker-id.sock",
    "/srv/../run//docker",
    "/etc",
    "/etc/docker/daemon.json",
    "/var",
    "/var/lib/docker/volumes/x/_data",
    "/proc/1/root/run",
    "/proc/self/cwd",
    "/dev/fd/3",
  ];

  it.each(reaching)("is touched by a bind of %s", async (path) => {
    const body = { Image: "bb", HostConfig: { Binds: [`${path}:/x:ro`] } };
    expect(spell(await read(readContainerCreate, body), "guard")).not.toEqual([]);
  });

  it.each(reaching)("is touched by a mount of %s", async (path) => {
    const body = {
      Image: "bb",
      HostConfig: { Mounts: [{ Type: "bind", Source: path, Target: "/x", ReadOnly: true }] },
    };
    expect(spell(await read(readContainerCreate, body), "guard")).not.toEqual([]);
    const service = { Name: "svc", TaskTemplate: { ContainerSpec: { Image: "bb", Mounts: body.HostConfig.Mounts } } };
    expect(spell(await read(readServiceCreate, service), "guard")).not.toEqual([]);
  });

  it.each(["/srv", "/run/docker.sockets", "/etc/dockers", "/running", "/proc", "/home/run/docker.sock"])(
    "is not touched by a bind of %s",
    async (path) => {
      const body = { Image: "bb", HostConfig: { Binds: [`${path}:/x`] } };
      expect(spell(await read(readContainerCreate, body), "guard")).toEqual([]);
    },
  );

  it("is touched by a plugin that a service would put on every node", async () => {
    const body = { Name: "svc", TaskTemplate: { PluginSpec: { Name: "x", Remote: "y" } } };
    expect(spell(await read(readServiceCreate, body), "guard")).toEqual(["guard:plugins:write"]);
    expect(guard.paths.length).toBeGreaterThan(0);
  });
});
