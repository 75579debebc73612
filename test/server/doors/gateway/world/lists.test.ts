import { describe, expect, it } from "vitest";
import {
  anna,
  annas,
  answered,
  berts,
  caveat,
  first,
  forwarded,
  idOf,
  imageOf,
  lists,
  network,
  owned,
} from "./scene.ts";

type Named = { readonly Names?: readonly string[]; readonly Name?: string; readonly Id?: string };

function names(list: unknown): readonly string[] {
  return (list as readonly Named[]).map(({ Names: many, Name: one }) => one ?? many?.[0]?.slice(1) ?? "?");
}

async function containersOf(...caveats: string[]): Promise<readonly string[]> {
  return names(await answered(caveats, "GET /containers/json", lists.containers));
}

describe("a list of containers", () => {
  it("has those alone that the id could read one by one", async () => {
    expect(await containersOf(...annas)).toEqual(["a1"]);
    expect(await containersOf(...berts)).toEqual(["b1"]);
    expect(await containersOf(`link=${first}`, `link=${anna}`, `owner=${first}`)).toEqual(["a1", "b1"]);
    expect(await containersOf(`link=${anna}`, `owner=${anna}`)).toEqual([]);
    expect(await containersOf("label=team=web")).toEqual(["b1", "web"]);
    expect(await containersOf(...berts, "label=team=web")).toEqual(["b1"]);
    expect(await containersOf(...annas, "label=team=web")).toEqual([]);
    expect(await containersOf(caveat("container_id", idOf("web")))).toEqual(["web"]);
    expect(await containersOf(caveat("image_id", imageOf("claims")))).toEqual(["forged", "claimed"]);
    expect(await containersOf("scope=container:w*:read")).toEqual(["web"]);
    expect(await containersOf("scope=image:read")).toEqual([]);
    expect(await containersOf("op=read")).toEqual(names(lists.containers));
  });

  it("is not read at all where all of it is seen", async () => {
    for (const caveats of [["op=read"], ["scope=container:read"], ["scope=*:*:write", "confined=true"]]) {
      expect((await forwarded(caveats, "GET /containers/json")).answer).toBe("whole");
    }
  });

  it("shows no name by which another's container calls it, and the image that was asked for", async () => {
    const [shown] = (await answered(annas, "GET /containers/json", lists.containers)) as [object];
    expect(shown).toMatchObject({ Names: ["/a1"], Image: "box:1", ImageID: imageOf("box") });
  });

  it("is asked for by label where the engine can tell, and counted after it was narrowed", async () => {
    const label = owned(first, anna);
    expect(await asked(annas, "GET /v1.41/containers/json?all=1")).toBe(
      `/v1.41/containers/json?all=1&filters={"label":{"${label}":true}}`,
    );
    const filtered = `GET /containers/json?filters=${encodeURIComponent('{"label":["x"],"name":["a"]}')}`;
    expect(await asked([...annas, "label=team=web"], filtered)).toBe(
      `/containers/json?filters={"label":{"x":true,"${label}":true,"team=web":true},"name":{"a":true}}`,
    );
    expect(await asked(["label=a,b"], "GET /containers/json")).toBe("/containers/json");
    expect(await asked(["label=team=web"], "GET /containers/json?limit=1&all=0")).toBe(
      '/containers/json?all=1&filters={"label":{"team=web":true}}',
    );
    expect(names(await answered(["label=team=web"], "GET /containers/json?limit=1", lists.containers))).toEqual(["b1"]);
    expect(await asked(["label=team=web"], "GET /containers/json?limit=0")).toContain("limit=0");
    expect(await asked([caveat("container_id", idOf("web"))], "GET /containers/json?limit=-1")).toContain("limit=-1");
    expect(await asked(["op=read"], "GET /containers/json?limit=1")).toBe("/containers/json?limit=1");
  });

  it("tells nothing where the engine answers what is no list", async () => {
    for (const odd of [
      null,
      {},
      "x",
      { message: "x" },
      [null, 1, "x", {}, { Id: idOf("a1") }, { Id: "a1", Names: [] }],
    ]) {
      expect(await answered(annas, "GET /containers/json", odd)).toEqual([]);
    }
  });
});

describe("other lists", () => {
  it("have what the id sees", async () => {
    expect(await of(annas, "GET /networks", lists.networks)).toEqual(["na"]);
    expect(await of(annas, "GET /v1.30/networks/", lists.networks)).toEqual(["na"]);
    expect(await of(["label=team=web"], "GET /networks", lists.networks)).toEqual(["shared"]);
    expect(await answered(annas, "GET /volumes", lists.volumes)).toEqual({
      Volumes: [lists.volumes.Volumes[0]],
      Warnings: null,
    });
    expect(await answered(annas, "GET /volumes", [])).toEqual({ Volumes: [], Warnings: null });
    expect(await answered(annas, "GET /images/json", lists.images)).toEqual([]);
    expect(await answered(["scope=image:box:*:read"], "GET /images/json", lists.images)).toEqual([lists.images[0]]);
    expect(await answered([caveat("image_id", imageOf("box"))], "GET /images/json", lists.images)).toEqual([
      lists.images[0],
    ]);
    const dangling = [{ Id: imageOf("box"), RepoTags: ["<none>:<none>"], RepoDigests: null }];
    expect(await answered(["scope=image:<none>:*:read"], "GET /images/json", dangling)).toEqual([]);
    const plugins = [
      { Id: idOf("p"), Name: "a/b:latest" },
      { Id: idOf("q"), Name: "c/d:latest" },
    ];
    expect(await of(["scope=plugin:c/d:latest:read"], "GET /plugins", plugins)).toEqual(["c/d:latest"]);
  });

  it("have what the id sees of a swarm", async () => {
    const [one, two] = ["o".repeat(25), "t".repeat(25)];
    const both = [
      { ID: one, Spec: { Name: "one" } },
      { ID: two, Spec: { Name: "two" } },
    ];
    for (const kind of ["service", "secret", "config"]) {
      expect(await answered([`scope=${kind}:two:read`], `GET /${kind}s`, both)).toEqual([both[1]]);
      expect(await answered(annas, `GET /${kind}s`, both)).toEqual([]);
    }
    const nodes = [{ ID: one, Description: { Hostname: "n1" } }, { ID: two }];
    expect(await answered(["scope=node:n1:read"], "GET /nodes", nodes)).toEqual([nodes[0]]);
    const tasks = [{ ID: one, ServiceID: two }, { ID: two, ServiceID: one }, { ID: two }];
    expect(await answered([`scope=service:${two}:read`], "GET /tasks", tasks)).toEqual([tasks[0]]);
  });
});

describe("a network", () => {
  it("tells of the containers in it that the id sees", async () => {
    expect(await members(["scope=network:shared:read"], "GET /networks/shared")).toEqual([]);
    expect(await members(["scope=network:shared:read,container:a*:read"], "GET /networks/shared")).toEqual(["a1"]);
    expect(await members(["label=team=web"], "GET /networks/shared")).toEqual(["b1"]);
    expect((await forwarded(["op=read"], "GET /networks/shared")).answer).toBe("whole");
  });

  it("tells of no peers and services to whoever does not see all of those", async () => {
    const told = { ...network("shared"), Peers: [{ IP: "10.0.0.1" }], Services: { web: {} } };
    const shown = await answered(["scope=network:shared:read"], "GET /networks/shared?verbose=1", told);
    expect(shown).not.toHaveProperty("Peers");
    expect(shown).not.toHaveProperty("Services");
    const all = "scope=network:shared:read,node:read,service:read";
    expect(await answered([all], "GET /networks/shared?verbose=1", told)).toMatchObject({ Peers: [{}], Services: {} });
  });

  it("does so in the lists of old clients too", async () => {
    const [shown] = (await answered(annas, "GET /v1.24/networks", lists.networks)) as [{ Containers: object }];
    expect(Object.keys(shown.Containers)).toEqual([idOf("a1")]);
  });
});

async function asked(caveats: string[], line: string): Promise<unknown> {
  return decodeURIComponent((await forwarded(caveats, line)).target);
}

async function of(caveats: string[], line: string, list: unknown): Promise<unknown> {
  return names(await answered(caveats, line, list));
}

async function members(caveats: string[], line: string): Promise<unknown> {
  const shown = (await answered(caveats, line, network("shared"))) as { Containers: object };
  return Object.values(shown.Containers).map((member) => (member as { Name: string }).Name);
}
