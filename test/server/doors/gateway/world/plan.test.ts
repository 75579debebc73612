import { describe, expect, it } from "vitest";
import { planForward } from "../../../../../src/server/doors/gateway/world/plan.ts";
import { refusePrune } from "../../../../../src/server/doors/gateway/world/prune.ts";
import { request } from "../../../../docker/engine.ts";
import { admit, anna, annas, berts, caveat, engineOf, first, forwarded, idOf, lists, owned, plan } from "./scene.ts";

describe("a plan", () => {
  it("is canonical, and asks for the answer whole", async () => {
    expect(await forwarded(["op=read"], "GET /v1.41/containers/web/json?size=true")).toEqual({
      method: "GET",
      target: `/v1.41/containers/${idOf("web")}/json?size=1`,
      setHeaders: {},
      dropHeaders: ["content-type", "content-encoding"],
      answer: "whole",
      refusal: { kind: "json", rewrite: expect.any(Function) as unknown },
    });
    const exec = await forwarded(["op=read,write"], "POST /containers/web/exec", { Cmd: ["sh"] });
    expect(exec.target).toBe(`/containers/${idOf("web")}/exec`);
    expect(exec.setHeaders).toEqual({ "content-type": "application/json" });
    expect(Buffer.from(exec.body as Uint8Array).toString()).toBe('{"Cmd":["sh"]}');
    expect((await forwarded(["op=read,write"], "POST /containers/web/start")).body).toBeUndefined();
    expect((await forwarded(["op=read,write"], "PUT /containers/web/archive?path=/")).body).toBe("stream");
  });

  it("says of what is not there what it says of what is another's", async () => {
    const words: readonly (readonly [line: string, message: string])[] = [
      ["GET /containers/NAME/json", "No such container: NAME"],
      ["POST /containers/NAME/start", "No such container: NAME"],
      ["GET /images/NAME/json", "No such image: NAME:latest"],
      ["GET /volumes/NAME", "get NAME: no such volume"],
      ["DELETE /networks/NAME", "network NAME not found"],
    ];
    for (const [line, message] of words) {
      for (const name of ["b1", "vb", "nb", "nothing"]) {
        const refused = { status: 404, json: { message: message.replace("NAME", name) } };
        expect(await plan(annas, line.replace("NAME", name))).toEqual(refused);
      }
    }
    const exec = "e".repeat(64);
    expect(await plan(annas, `POST /exec/${exec}/start`, {})).toEqual({
      status: 404,
      json: { message: `No such exec instance: ${exec}` },
    });
    // What it could not make a container of
    expect(await plan([...annas, "op=read"], "GET /images/box:1/json")).toEqual({
      status: 404,
      json: { message: "No such image: box:1" },
    });
  });

  it("says why where there is nothing to hide", async () => {
    const refused = await plan(["op=read"], "DELETE /containers/web");
    expect(refused).toMatchObject({ status: 403, json: { message: expect.stringContaining("op=read") as string } });
    expect(await plan(annas, "POST /containers/a1/exec", { Cmd: ["sh"], Privileged: true })).toMatchObject({
      status: 403,
    });
    expect(await plan(annas, "GET /containers/a1/nothing")).toMatchObject({ status: 403 });
  });

  it("says 503 when the engine does not answer", async () => {
    const gone = { inspect: () => Promise.reject(new Error("gone")), list: () => Promise.reject(new Error("gone")) };
    const asked = request("GET /containers/a1/json");
    const made = await planForward({ request: asked, admission: await admit(annas, asked, gone), engine: gone });
    expect(made).toMatchObject({ status: 503 });
  });

  it("is none for whoever was admitted without an id", async () => {
    const made = await planForward({
      request: request("GET /info"),
      admission: { verdict: "allowed" },
      engine: engineOf(),
    });
    expect(made).toMatchObject({ status: 403 });
  });
});

describe("a prune", () => {
  it("is narrowed by label, and only where that is all", async () => {
    const { target, answer } = await forwarded(berts, "POST /containers/prune");
    expect(decodeURIComponent(target)).toBe(
      `/containers/prune?filters={"label":{"${owned(first, berts[1]!.slice(5))}":true}}`,
    );
    expect(answer).toBe("whole");
    expect(decodeURIComponent((await forwarded(["label=team=web"], "POST /networks/prune")).target)).toBe(
      '/networks/prune?filters={"label":{"team=web":true}}',
    );
    expect(await plan([caveat("container_id", idOf("web"))], "POST /containers/prune")).toMatchObject({ status: 403 });
    expect(await plan(annas, "POST /images/prune")).toMatchObject({ status: 403 });
    expect(await plan([...berts, "op=read"], "POST /containers/prune")).toMatchObject({ status: 403 });
    expect((await forwarded(["op=read,write"], "POST /containers/prune")).target).toBe("/containers/prune");
  });

  it("does not go on while something is the id's to look at alone", async () => {
    const read = (await admit(annas, request("POST /volumes/prune"))).world?.read;
    if (read === undefined) throw new Error("it is not read");
    const filters = { labels: [owned(first, anna)], whole: true };
    const engine = engineOf();
    expect(await refusePrune(read, { filters, sees: () => true }, engine)).toBeUndefined();
    const looks = await refusePrune(read, { filters, sees: ({ level }) => level === "read" }, engine);
    expect(looks).toMatchObject({ status: 409 });
  });

  it("does not go on while something claims to be the id's and is not", async () => {
    expect(await plan(annas, "POST /containers/prune")).toMatchObject({ status: 409 });
    expect(await plan(annas, "POST /networks/prune")).toMatchObject({ status: 409 });
    expect(await plan(annas, "POST /volumes/prune")).not.toHaveProperty("status");
  });
});

describe("use of the disk", () => {
  const { volumes, containers, images } = lists;
  const old = {
    LayersSize: 9,
    Images: images,
    Containers: containers,
    Volumes: volumes.Volumes,
    BuildCache: [{ ID: "x", Description: "RUN secret" }],
    BuilderSize: 7,
  };

  it("is told of what the id sees", async () => {
    expect(await shown(annas, old)).toMatchObject({
      LayersSize: 0,
      Images: [],
      Containers: [{ Id: idOf("a1") }],
      Volumes: [{ Name: "va" }],
      BuildCache: [],
      BuilderSize: 0,
    });
    expect(await shown(["scope=image:read"], old)).toEqual({
      ...old,
      Containers: [],
      Volumes: [],
      BuildCache: [],
      BuilderSize: 0,
    });
    expect(await shown(["op=read"], old)).toBe(old);
  });

  it("is told so by later engines too", async () => {
    const later = {
      ImageUsage: items(images),
      ContainerUsage: items(containers),
      VolumeUsage: items(volumes.Volumes),
      BuildCacheUsage: items([{ Description: "RUN secret" }]),
    };
    expect(await shown(annas, later)).toMatchObject({
      ImageUsage: { TotalCount: 0, Items: [] },
      ContainerUsage: { TotalCount: 1, Items: [{ Id: idOf("a1") }] },
      VolumeUsage: { TotalCount: 1, Items: [{ Name: "va" }] },
    });
    const text = JSON.stringify(await shown(annas, later));
    expect(text).not.toContain("99");
    expect(text).not.toContain("secret");
    expect(await shown(annas, { ContainerUsage: { ActiveCount: 3, TotalSize: 99 } })).toEqual({ ContainerUsage: {} });
    expect(await shown(annas, { Surprise: containers })).toEqual({});
  });
});

describe("info", () => {
  const info = {
    ID: "ENGINE",
    Name: "host.example",
    ServerVersion: "20.10.24",
    OSType: "linux",
    Architecture: "x86_64",
    OperatingSystem: "Debian",
    KernelVersion: "6.1",
    NCPU: 2,
    MemTotal: 1,
    Containers: 5,
    DockerRootDir: "/var/lib/docker",
    HttpProxy: "http://user:password@proxy",
    Labels: ["rack=5"],
    Swarm: { LocalNodeState: "active", NodeAddr: "10.0.0.1", RemoteManagers: [{ Addr: "10.0.0.2" }] },
    RegistryConfig: { Mirrors: ["https://mirror.internal"] },
    IndexServerAddress: "https://index.docker.io/v1/",
  };

  it.each([[annas], [["op=read"]], [["scope=*:*:write"]], [["expires=2040-01-01T00:00:00Z"]]])(
    "tells %j nothing of the host",
    async (caveats) => {
      const { answer } = await forwarded(caveats, "GET /info");
      if (answer === "whole" || answer.kind !== "json") throw new Error("the answer is not rewritten");
      const rewritten = await answer.rewrite(info);
      expect(rewritten).toMatchObject({
        json: { ID: "ENGINE", ServerVersion: "20.10.24", OSType: "linux", Swarm: { LocalNodeState: "active" } },
      });
      const text = JSON.stringify(rewritten);
      for (const secret of ["host.example", "Debian", "6.1", "/var/lib", "password", "rack", "10.0.0", "mirror"]) {
        expect(text).not.toContain(secret);
      }
    },
  );

  it("tells all of it to whoever was given that by name", async () => {
    expect((await forwarded(["scope=*:*:read,host:info:read"], "GET /info")).answer).toBe("whole");
    const confined = ["scope=*:*:read,host:info:read", "confined=true"];
    expect((await forwarded(confined, "GET /info")).answer).not.toBe("whole");
    expect((await forwarded([], "GET /info")).answer).toBe("whole");
  });
});

async function shown(caveats: string[], answer: unknown): Promise<unknown> {
  const { answer: made } = await forwarded(caveats, "GET /system/df");
  if (made === "whole") return answer;
  const rewritten = made.kind === "json" ? await made.rewrite(answer) : { json: undefined };
  return "json" in rewritten ? rewritten.json : rewritten;
}

function items(Items: unknown): object {
  return { ActiveCount: 3, TotalCount: 9, TotalSize: 99, Reclaimable: 9, Items };
}
