import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EngineRequest } from "../../src/docker/attempt.ts";
import { canonicalRequest } from "../../src/docker/canonical.ts";
import { type ReadRequest, readRequest } from "../../src/docker/read-request.ts";
import { table } from "../../src/docker/table/table.ts";
import { id, image } from "./bodies/engine.ts";
import { knowingEngine } from "./canonical-engine.ts";
import { guard, ids, request } from "./engine.ts";

async function read(asked: EngineRequest): Promise<ReadRequest> {
  const found = await readRequest({ ...asked, wholeHead: true }, knowingEngine, guard, { rewritten: true });
  if ("unreadable" in found) throw new Error(`${asked.method} ${asked.target}: ${found.unreadable}`);
  return found;
}

/** The request as it goes on. */
function sendable(found: ReadRequest): EngineRequest {
  const { method, target, body: sent } = canonicalRequest(found);
  return request(`${method} ${target}`, sent);
}

async function line(...asked: Parameters<typeof request>): Promise<string> {
  const { method, target } = canonicalRequest(await read(request(...asked)));
  return `${method} ${target}`;
}

async function body(...asked: Parameters<typeof request>): Promise<unknown> {
  return JSON.parse(JSON.stringify(canonicalRequest(await read(request(...asked))).body ?? null));
}

const c1 = ids.container;
const [c2, mighty] = [id(Buffer.from("c2").toString("hex")), id(Buffer.from("mighty").toString("hex"))];
const self = "s".repeat(25);

describe("a target", () => {
  it.each([
    ["GET /_ping", "GET /_ping"],
    ["GET /v1.41/containers/c1/json?size=true", `GET /v1.41/containers/${c1}/json?size=1`],
    [`GET /containers/${c1.slice(0, 12)}/json`, `GET /containers/${c1}/json`],
    ["POST /containers/c1/rename?name=other", `POST /containers/${c1}/rename?name=other`],
    ["GET /containers/c1/stats?stream=False", `GET /containers/${c1}/stats?stream=0`],
    ["GET /containers/c1/stats?stream=", `GET /containers/${c1}/stats?stream=`],
    ["GET /containers/c1/archive?path=/a+b%26c", `GET /containers/${c1}/archive?path=%2Fa%20b%26c`],
    [`GET /exec/${ids.exec}/json`, `GET /exec/${ids.exec}/json`],
    ["GET /networks/n1?verbose=no", `GET /networks/${ids.network}?verbose=0`],
    ["GET /networks/", "GET /networks/"],
    ["GET /volumes/v1", "GET /volumes/v1"],
    ["GET /images/box%3A1/json", `GET /images/${image}/json`],
    ["POST /images/box/tag?repo=x&tag=2", `POST /images/${image}/tag?repo=x&tag=2`],
    ["DELETE /images/box:1", "DELETE /images/box:1"],
    [`DELETE /images/${image.slice(7, 19)}`, `DELETE /images/${image}`],
    ["POST /images/reg.example:5000/a/json/push?tag=latest", "POST /images/reg.example:5000/a/json/push?tag=latest"],
    ["GET /images/box:1/get", "GET /images/box:1/get"],
    [`GET /images/get?names=box:1&names=${image.slice(7)}`, `GET /images/get?names=box%3A1&names=${encode(image)}`],
    ["GET /plugins/a/b:latest/json", "GET /plugins/a/b:latest/json"],
    ["GET /services/web", `GET /services/${self}`],
    [`GET /tasks/${"t".repeat(5)}`, `GET /tasks/${"t".repeat(25)}`],
    ["GET /nodes/self", `GET /nodes/${self}`],
    ["GET /secrets/key", `GET /secrets/${self}`],
    ["POST /commit?container=c1&pause=", `POST /commit?container=${c1}&pause=`],
    [
      `GET /containers/json?filters=${encode('{"since":["c1"],"label":{"a=b":true}}')}`,
      `GET /containers/json?filters=${encode(`{"since":{"${c1}":true},"label":{"a=b":true}}`)}`,
    ],
    [
      `GET /images/json?filters=${encode('{"before":["box:1"]}')}`,
      `GET /images/json?filters=${encode(`{"before":{"${image}":true}}`)}`,
    ],
    [
      `GET /tasks?filters=${encode('{"service":["web"],"node":["self"]}')}`,
      `GET /tasks?filters=${encode(`{"service":{"${self}":true},"node":{"${self}":true}}`)}`,
    ],
    [
      `GET /events?filters=${encode('{"type":["container"]}')}`,
      `GET /events?filters=${encode('{"type":{"container":true}}')}`,
    ],
    ["POST /build?networkmode=container:c1", `POST /build?networkmode=${encode(`container:${c1}`)}`],
    ["POST /build?networkmode=n1&t=a&t=b", `POST /build?networkmode=${ids.network}&t=a&t=b`],
  ])("%s becomes %s", async (asked, expected) => {
    expect(await line(asked)).toBe(expected);
  });
});

describe("a body", () => {
  it("names containers, images and networks by their full ids", async () => {
    const create = {
      Image: "box:1",
      HostConfig: {
        NetworkMode: "n1",
        PidMode: "container:c2",
        IpcMode: `container:${c2.slice(0, 12)}`,
        VolumesFrom: ["c1", "mighty:ro"],
        Links: ["c1", "c2:db"],
        Mounts: [
          { Type: "image", Source: "box:2", Target: "/image" },
          { Type: "volume", Source: "v1", Target: "/data" },
        ],
        Binds: ["v1:/v1", "/srv:/srv:ro"],
      },
      NetworkingConfig: { EndpointsConfig: { n1: { Aliases: ["a"], Links: ["c1"] }, [id("7c").slice(0, 9)]: null } },
    };
    expect(await body("POST /containers/create?name=x", create)).toEqual({
      Image: image,
      HostConfig: {
        ...create.HostConfig,
        PidMode: `container:${c2}`,
        IpcMode: `container:${c2}`,
        VolumesFrom: [c1, `${mighty}:ro`],
        Links: [`${c1}:c1`, `${c2}:db`],
        Mounts: [
          { Type: "image", Source: image, Target: "/image" },
          { Type: "volume", Source: "v1", Target: "/data" },
        ],
      },
      NetworkingConfig: {
        EndpointsConfig: {
          n1: { Aliases: ["a"], Links: [`${c1}:c1`], NetworkID: ids.network },
          [id("7c")]: { NetworkID: id("7c") },
        },
      },
    });
  });

  it("binds the network of the mode to its id", async () => {
    const bound = { EndpointsConfig: { n1: { NetworkID: ids.network } } };
    expect(await networked("n1")).toEqual(["n1", bound]);
    expect(await networked("n1", { NetworkingConfig: null })).toEqual(["n1", bound]);
    expect(await networked("n1", { NetworkingConfig: { EndpointsConfig: {} } })).toEqual(["n1", bound]);
    expect(await networked(ids.network.slice(0, 12))).toEqual([
      ids.network,
      { EndpointsConfig: { [ids.network]: { NetworkID: ids.network } } },
    ]);
    expect(await networked("none")).toEqual(["none", undefined]);
    expect(await networked("default", { NetworkingConfig: { EndpointsConfig: { default: null } } })).toEqual([
      "default",
      { EndpointsConfig: { default: null } },
    ]);
    expect(await networked("container:c1")).toEqual([`container:${c1}`, undefined]);
    // What the settings say comes before the name that they stand under
    const other = { NetworkingConfig: { EndpointsConfig: { n1: { NetworkID: "n2" } } } };
    expect(await networked("n1", other)).toEqual(["n1", { EndpointsConfig: { n1: { NetworkID: id("7c") } } }]);
  });

  it("names what is connected, and what a network is made from", async () => {
    expect(
      await body("POST /networks/n1/connect", {
        Container: "c1",
        EndpointConfig: { Links: ["c2:x"], NetworkID: "n1" },
      }),
    ).toEqual({ Container: c1, EndpointConfig: { Links: [`${c2}:x`], NetworkID: ids.network } });
    expect(await body("POST /networks/n1/disconnect", { Container: "c1", Force: true })).toEqual({
      Container: c1,
      Force: true,
    });
    expect(
      await body("POST /networks/create", { Name: "new", ConfigFrom: { Network: ids.network.slice(0, 12) } }),
    ).toEqual({ Name: "new", ConfigFrom: { Network: "n1" } });
    const service = { Name: "s", TaskTemplate: { Networks: [{ Target: "n1" }] }, Networks: [{ Target: "n2" }] };
    expect(await body("POST /services/create", service)).toEqual({
      Name: "s",
      TaskTemplate: { Networks: [{ Target: ids.network }] },
      Networks: [{ Target: id("7c") }],
    });
  });

  it("has no label that is the gateway's", async () => {
    const labels = { team: "web", "docker-id.owner.x": "true", "Docker-Id": "", " docker-id.image": "x" };
    const mount = { Type: "volume", Source: "new", Target: "/x", VolumeOptions: { Labels: labels } };
    const create = { Image: "box", Labels: labels, HostConfig: { Mounts: [mount] } };
    expect(await body("POST /containers/create", create)).toMatchObject({
      Labels: { team: "web" },
      HostConfig: { Mounts: [{ VolumeOptions: { Labels: { team: "web" } } }] },
    });
    const text = JSON.stringify(await body("POST /containers/create", create));
    expect(text.toLowerCase()).not.toContain("docker-id");
    expect(await body("POST /volumes/create", { Name: "v2", Labels: labels })).toMatchObject({
      Labels: { team: "web" },
    });
    expect(await body("POST /networks/create", { Name: "n9", Labels: labels })).toMatchObject({
      Labels: { team: "web" },
    });
    expect(await line(`POST /build?labels=${encode(JSON.stringify(labels))}`)).toBe(
      `POST /build?labels=${encode('{"team":"web"}')}`,
    );
  });

  it("is refused what it would ask of the gateway by label", async () => {
    const asked = { Image: "box", Labels: { "docker-id.socket": "true" } };
    await expect(read(request("POST /containers/create", asked))).rejects.toThrow(/docker-id\.socket/);
  });

  it("has no field that could be taken for another's", async () => {
    const odd = JSON.parse('{"Name": "v2", "Labels": {"__proto__": "y"}}') as object;
    expect(JSON.stringify(await body("POST /volumes/create", odd))).toContain('"Labels":{"__proto__":"y"}');
  });
});

describe("a body where none is taken", () => {
  it("is left out when it is JSON, and refused when it is anything else", async () => {
    const stop = request("POST /containers/c1/stop?t=5", { t: 5 });
    expect(canonicalRequest(await read(stop))).toEqual({ method: "POST", target: `/containers/${c1}/stop?t=5` });
    const form = request("POST /containers/c1/stop", "t=5", { "content-type": "application/x-www-form-urlencoded" });
    await expect(read(form)).rejects.toThrow("takes no body");
    const bare = { method: "POST", target: "/containers/c1/stop", headers: { "content-length": "1" } };
    await expect(read(bare)).rejects.toThrow("takes no body");
    const seen = await readRequest(stop, knowingEngine, guard, { rewritten: false });
    expect(seen).toMatchObject({ unreadable: "the operation takes no body" });
    const doubtful = await readRequest(stop, knowingEngine, guard, { rewritten: true });
    expect(doubtful).toMatchObject({ unreadable: "the operation takes no body" });
  });
});

describe("what is sent on", () => {
  const recorded = readFileSync(new URL("recorded.tsv", import.meta.url), "utf8")
    .split("\n")
    .filter((text) => text !== "" && !text.startsWith("#"))
    .map(readRecorded);

  it.each(recorded)("reads as what was sent: $title", async ({ asked }) => {
    await readsAgain(asked);
  });

  it.each(Object.keys(table))("can be said for %s", async (operation) => {
    const target = operation
      .replace("/exec/{id}", `/exec/${ids.exec}`)
      .replace("/containers/{id}", "/containers/c1")
      .replace("/networks/{id}", "/networks/n1")
      .replace("/volumes/{name}", "/volumes/v1")
      .replace("/services/{id}", "/services/web")
      .replace("/tasks/{id}", `/tasks/${"t".repeat(25)}`)
      .replace("/nodes/{id}", "/nodes/self")
      .replace("/secrets/{id}", "/secrets/key")
      .replace("/configs/{id}", "/configs/web")
      .replace("/plugins/{name*}", "/plugins/a/b:latest")
      .replace(/\/(images|distribution)\/\{name\*\}/, "/$1/box:1")
      .replace("/images/box:1/push", "/images/box/push")
      .replace("{checkpoint}", "cp")
      .replace("{part*}", "vars");
    const query: Readonly<Record<string, string>> = {
      "POST /commit": "?container=c1",
      "POST /images/create": "?fromImage=box",
      "GET /images/get": "?names=box:1",
      "POST /images/{name*}/tag": "?repo=x",
      "POST /containers/{id}/rename": "?name=x",
      "GET /plugins/privileges": "?remote=a/b",
    };
    const bodies: Readonly<Record<string, object>> = {
      "POST /containers/create": { Image: "box" },
      "POST /volumes/create": { Name: "v2" },
      "POST /networks/create": { Name: "n9" },
      "POST /networks/{id}/connect": { Container: "c1" },
      "POST /networks/{id}/disconnect": { Container: "c1" },
      "POST /services/create": { Name: "s" },
      "POST /secrets/create": { Name: "s" },
      "POST /configs/create": { Name: "s" },
    };
    const rule = table[operation]?.body;
    const takesJson = typeof rule === "object" && rule.kind === "json" && !rule.optional;
    const asked = request(target + (query[operation] ?? ""), bodies[operation] ?? (takesJson ? {} : undefined));
    const { method, target: sent } = await readsAgain(asked);
    expect(`${method} ${sent}`).not.toContain("{");
  });
});

function encode(text: string): string {
  return encodeURIComponent(text);
}

async function readsAgain(asked: EngineRequest): Promise<EngineRequest> {
  const first = await read(asked);
  const sent = sendable(first);
  const second = await read(sent);
  expect(second.attempt).toEqual(first.attempt);
  expect(second.operation).toBe(first.operation);
  expect(second.version).toBe(first.version);
  expect(sendable(second)).toEqual(sent);
  return sent;
}

function readRecorded(text: string): { readonly title: string; readonly asked: EngineRequest } {
  const [docker = "", command = "", asks = "", head = "", said = ""] = text.split("\t");
  const [method = "", target = ""] = asks.split(" ");
  const [type = "", length = ""] = head.split(" ");
  const bytes = said === "" ? undefined : Buffer.from(said);
  const size = bytes === undefined ? length : String(bytes.length);
  const named = target.replace("CONTAINER", c1).replace("SHORT", c1.slice(0, 12)).replace("EXEC", ids.exec);
  const headers = { ...(type && { "content-type": type }), ...(size && { "content-length": size }) };
  const asked = { method, target: named, headers, ...(bytes && { body: bytes }) };
  return { title: `${docker} ${command}: ${asks}`, asked };
}

async function networked(mode: string, more: object = {}): Promise<unknown> {
  const create = { Image: "box", HostConfig: { NetworkMode: mode }, ...more };
  const { HostConfig: host, NetworkingConfig: net } = (await body("POST /containers/create", create)) as {
    HostConfig: { NetworkMode: string };
    NetworkingConfig?: unknown;
  };
  return [host.NetworkMode, net];
}
