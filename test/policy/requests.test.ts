import { describe, expect, it } from "vitest";
import { writeCaveat } from "../../src/caveats/vocabulary.ts";
import { decide } from "../../src/policy/decide.ts";
import { circumstances, now } from "../caveats/scene.ts";
import { attempted, ids } from "../docker/engine.ts";
import { tokenOf } from "./token-of.ts";

const create = (more: object = {}) => ["POST /containers/create", { Image: "box", ...more }] as const;
const oneContainer = [writeCaveat("container_id", ids.container, now)];
const oneImage = [writeCaveat("image_id", ids.image, now)];
const reader = [...oneContainer, "op=read"];

async function verdict(caveats: readonly string[], ...asked: Parameters<typeof attempted>): Promise<string> {
  const attempt = await attempted(...asked);
  const decision = decide(tokenOf(...caveats), attempt, circumstances());
  return decision.verdict === "allowed" ? "allowed" : decision.reasons.map(({ why }) => why).join("; ");
}
async function allow(...question: Parameters<typeof verdict>): Promise<void> {
  expect(await verdict(...question), question[1]).toBe("allowed");
}
async function refuse(...question: Parameters<typeof verdict>): Promise<void> {
  expect(await verdict(...question), question[1]).not.toBe("allowed");
}

describe("an id that reads one container", () => {
  it.each(["json", "logs?stdout=1", "top", "stats?stream=0", "changes"])("asks for its %s", async (part) => {
    await allow(reader, `GET /v1.41/containers/c1/${part}`);
    await allow(reader, `GET /v1.41/containers/${ids.container}/${part}`);
    await refuse(reader, `GET /v1.41/containers/mighty/${part}`);
  });

  it.each([
    ["GET /containers/json"],
    ["GET /images/json"],
    ["GET /info"],
    ["GET /events"],
    ["GET /images/box/json"],
    ["GET /volumes"],
    ["GET /networks/n1"],
    ["POST /containers/c1/stop"],
    ["DELETE /containers/c1"],
    ["POST /containers/c1/exec", { Cmd: ["sh"] }],
    [`POST /exec/${ids.exec}/start`, {}],
    ["POST /containers/c1/rename?name=c2"],
    ["POST /commit?container=c1"],
    ["POST /containers/prune"],
    [...create()],
  ] as [string, object?][])("is refused %s", (line, body) => refuse(reader, line, body));

  it("shakes hands", async () => {
    await allow(reader, "HEAD /_ping");
    await allow(reader, "GET /v1.41/version");
    expect(await verdict(["expires=2020-01-01T00:00:00Z"], "HEAD /_ping")).toContain("expired");
  });
});

describe("an id of one container", () => {
  it("has its execs and its life", async () => {
    await allow(oneContainer, "POST /containers/c1/exec", { Cmd: ["sh"] });
    await allow(oneContainer, `POST /exec/${ids.exec}/start`, {});
    await allow(oneContainer, "POST /containers/c1/start");
    await refuse(oneContainer, "POST /containers/mighty/start");
    await refuse(oneContainer, "POST /containers/c1/exec", { Cmd: ["sh"], Privileged: true });
    await refuse(oneContainer, "POST /containers/c1/rename?name=c2");
    await refuse(oneContainer, "POST /networks/n1/connect", { Container: "c1" });
  });
});

describe("an id of one image", () => {
  it("runs it", async () => {
    await allow(oneImage, ...create());
    await allow(oneImage, ...create({ HostConfig: { NetworkMode: "none" }, Volumes: { "/data": {} } }));
  });

  it.each([
    ["privilege", { HostConfig: { Privileged: true } }],
    ["a bind", { HostConfig: { Binds: ["/:/host"] } }],
    ["a named volume", { HostConfig: { Binds: ["v1:/data"] } }],
    ["a new named volume", { HostConfig: { Binds: ["v2:/data"] } }],
    ["a mount", { HostConfig: { Mounts: [{ Type: "bind", Source: "/srv", Target: "/srv" }] } }],
    ["a prepared volume", { HostConfig: { Mounts: [{ Type: "volume", Source: "v1", Target: "/srv" }] } }],
    ["another's volumes", { HostConfig: { VolumesFrom: ["mighty"] } }],
    ["the host's processes", { HostConfig: { PidMode: "host" } }],
    ["another's network", { HostConfig: { NetworkMode: "container:mighty" } }],
    ["the host's network", { HostConfig: { NetworkMode: "host" } }],
    ["a named network", { HostConfig: { NetworkMode: "n1" } }],
    ["a port", { HostConfig: { PortBindings: { "80/tcp": [{ HostPort: "80" }] } } }],
    ["a capability", { HostConfig: { CapAdd: ["SYS_ADMIN"] } }],
    ["a device", { HostConfig: { Devices: [{ PathOnHost: "/dev/kvm", PathInContainer: "/dev/kvm" }] } }],
    ["privilege in the old place", { Privileged: true }],
    ["a field that nobody knows", { HostConfig: { Surprise: 1 } }],
  ])("runs it without %s", (_, more) => refuse(oneImage, ...create(more)));

  it("gives it no name, builds nothing and pulls nothing", async () => {
    await refuse(oneImage, "POST /images/box/tag?repo=prod/app&tag=1");
    await refuse(oneImage, "POST /images/create?fromImage=box&tag=latest");
    await refuse(oneImage, "POST /build?t=box");
    await refuse(oneImage, "POST /commit?container=c1&repo=box");
    await refuse(oneImage, "GET /images/json");
  });
});

describe("any restricted id", () => {
  const wide = ["op=read,write"];

  it("has no power over the host, and none over the guard", async () => {
    await allow(wide, ...create());
    await refuse(wide, ...create({ HostConfig: { Privileged: true } }));
    await refuse(wide, "POST /containers/mighty/exec", { Cmd: ["sh"] });
    await refuse(wide, "POST /plugins/a/b:latest/disable");
    await refuse(["scope=*:*:write,host:*:write"], "POST /plugins/a/b:latest/disable");
    await refuse(["scope=*:*:write,host:*:write"], ...create({ HostConfig: { Binds: ["/etc/docker:/x"] } }));
    await refuse(["scope=*:*:write,host:*:write"], ...create({ HostConfig: { Binds: ["/:/x"] } }));
  });

  it("has the power that it was given", async () => {
    const given = ["scope=*:*:write,host:bind/srv/data:write", "op=read,write"];
    await allow(given, ...create({ HostConfig: { Binds: ["/srv/data:/data"] } }));
    await refuse(given, ...create({ HostConfig: { Binds: ["/srv:/data"] } }));
    await refuse(given.toReversed(), ...create({ HostConfig: { Binds: ["/srv/data:/data"] } }));
    expect(await verdict(wide, ...create({ HostConfig: { Binds: ["/srv/data:/data"] } }))).toContain(
      "host:bind/srv/data:write",
    );
  });

  it("names what it may make", async () => {
    const mine = ["scope=container:web-*:write,image:read"];
    await allow(mine, "POST /containers/create?name=web-1", { Image: "box" });
    await refuse(mine, "POST /containers/create?name=db-1", { Image: "box" });
    await refuse(mine, ...create());
  });
});
