import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { onStage } from "../../support/on-stage.ts";
import type { RawRequest } from "../../support/raw.ts";
import { run } from "../../support/run.ts";
import type { Stage } from "../../support/stage.ts";
import { expectDone, expectRefused, type Holder, post, type Scene, setScene } from "./scene.ts";

interface Made {
  readonly Id: string;
}

const asked = (method: string, target: string): RawRequest => ({ method, target: `/v1.41${target}` });
const power = /power over the host/;
const guarded = /docker-id itself or what guards it/;
let names = 0;

/** A create of a container that nobody starts. */
function make(config: object, name = `door-${(names += 1)}`): RawRequest {
  return post(`/v1.41/containers/create?name=${name}`, { Image: "box", Cmd: ["x"], HostConfig: config });
}

/** A create of a local volume that mounts a folder. */
function makeVolume(device: string, o = "bind"): RawRequest {
  const name = `door-${(names += 1)}`;
  return post("/v1.41/volumes/create", { Name: name, Driver: "local", DriverOpts: { type: "none", o, device } });
}

onStage("8 and 9: second doors to the host, and the guard", (stage) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene(stage());
  });

  /** What root's exec, created and started, prints; `by` is who starts it. */
  async function startExec(container: string, body: object, by: Holder): ReturnType<Scene["as"]> {
    const created = await scene.as("root", post(`/v1.41/containers/${container}/exec`, body));
    expectDone(created, 201);
    const { Id: exec } = JSON.parse(created.text) as Made;
    return scene.as(by, post(`/v1.41/exec/${exec}/start`, { Detach: false, Tty: false }));
  }

  describe("a container of the allowed image, that root gave a folder of the host", () => {
    const lent: readonly (readonly [string, RawRequest])[] = [
      ["exec", post("/v1.41/containers/lending/exec", { Cmd: ["cat", "/host/there"] })],
      ["start", asked("POST", "/containers/lending/start")],
      ["start of a privileged one", asked("POST", "/containers/kept/start")],
      ["restart", asked("POST", "/containers/lending/restart")],
      ["update", post("/v1.41/containers/lending/update", { Memory: 0 })],
      ["attach with input", asked("POST", "/containers/lending/attach?stream=1&stdin=1")],
      ["attach by websocket", asked("GET", "/containers/lending/attach/ws?stream=1&stdin=1")],
      ["copy out", asked("GET", "/containers/lending/archive?path=/host/there")],
      ["look at a path", asked("HEAD", "/containers/lending/archive?path=/host/there")],
      ["copy in", { ...asked("PUT", "/containers/lending/archive?path=/host"), body: "" }],
      ["its volumes", make({ VolumesFrom: ["lending"] })],
      ["its volumes, read-only", make({ VolumesFrom: ["lending:ro"] })],
      ["its processes", make({ PidMode: "container:lending" })],
      ["its network", make({ NetworkMode: "container:lending" })],
      ["its memory", make({ IpcMode: "container:lending" })],
    ];
    it.each(lent)("lends nobody its powers: %s", async (_, request) => {
      for (const id of ["image", "wide"] as const) {
        const { status, text } = await scene.as(id, request);
        expect(status).toBe(403);
        // An answer to HEAD has no text
        if (request.method !== "HEAD") expect(text).toMatch(/docker-id itself|power over the host/);
      }
    });

    it("lends them to root, by exec, copy and its volumes", async () => {
      const { as, folder } = scene;
      const body = { Cmd: ["cat", "/host/there"], AttachStdout: true };
      expect((await startExec("lending", body, "root")).text).toContain("there");
      expect((await as("root", asked("GET", "/containers/lending/archive?path=/host/there"))).text).toContain("there");
      await run("tar", ["-C", folder, "-cf", `${folder}/../in.tar`, "there"]);
      const tar = readFileSync(`${folder}/../in.tar`);
      writeFileSync(`${folder}/there`, "changed");
      const headers = [["Content-Type", "application/x-tar"]] as const;
      const put = { ...asked("PUT", "/containers/lending/archive?path=/host"), headers, body: tar };
      expectDone(await as("root", put), 200);
      expect(readFileSync(`${folder}/there`, "utf8")).toBe("there");
      expectDone(await as("root", make({ VolumesFrom: ["lending"] }, "heir")), 201);
      expect(await scene.docker("inspect", "-f", "{{json .Mounts}}", "heir")).toContain(folder);
    });

    it("may still be looked at, stopped and waited for by who has its image", async () => {
      const { as } = scene;
      expectDone(await as("image", asked("GET", "/containers/lending/json")), 200);
      expectDone(await as("image", asked("GET", "/containers/lending/logs?stdout=1")), 200);
      expectDone(await as("image", asked("POST", "/containers/lending/attach?logs=1&stdout=1")), 200);
    });
  });

  describe("an exec that root created", () => {
    it("is started by who has its container, unless it has privilege", async () => {
      const body = { Cmd: ["echo", "started"], AttachStdout: true };
      expect((await startExec("web", body, "one")).text).toContain("started");
      expectRefused(await startExec("web", { ...body, Privileged: true }, "one"), power);
      expectRefused(await startExec("lending", body, "image"), /docker-id itself|power/);
      expectDone(await startExec("web", { ...body, Privileged: true }, "root"), 200);
    });
  });

  describe("a volume that binds a folder of the host", () => {
    it("is not made, not in passing either, and not used where root made it", async () => {
      const { as, folder } = scene;
      const config = { Name: "local", Options: { type: "none", o: "bind", device: folder } };
      const mount = { Type: "volume", Source: "", Target: "/x", VolumeOptions: { DriverConfig: config } };
      const tries = [
        makeVolume(folder),
        makeVolume(folder, "ro,rbind"),
        make({ Mounts: [mount] }),
        make({ Mounts: [{ ...mount, Source: "new-one" }] }),
        make({ Binds: ["prepared:/x:ro"] }),
        make({ Mounts: [{ Type: "volume", Source: "prepared", Target: "/x", ReadOnly: true }] }),
      ];
      for (const request of tries) {
        for (const id of ["image", "wide"] as const) expectRefused(await as(id, request), power);
        expectDone(await as("root", request), 201);
      }
    });

    it("leads no one out of the folder that was granted, by a link in it", async () => {
      const { as, folder, elsewhere, narrow, docker } = scene;
      const id = await narrow("--scope", `*:*:write,host:bind${folder}:write`);
      expectDone(await as({ id }, makeVolume(folder)), 201);
      expectDone(await as({ id }, make({ Binds: [`${folder}:/x`] })), 201);
      for (const request of [makeVolume(`${folder}/out/..`), makeVolume(`${folder}/./out/../`, "bind,ro")]) {
        expectRefused(await as({ id }, request), /goes back up/);
      }
      for (const path of [`${folder}/out`, elsewhere, `${folder}/../elsewhere`]) {
        for (const request of [makeVolume(path), make({ Binds: [`${path}:/x`] })]) {
          expectRefused(await as({ id }, request), /power over the host|goes back up/);
        }
      }
      const way = makeVolume(`${folder}/out/..`);
      expectDone(await as("root", way), 201);
      const { Name: volume } = JSON.parse(String(way.body)) as { Name: string };
      const mounted = ["--network", "none", "-v", `${volume}:/x`];
      expect(await docker("run", "--rm", ...mounted, "box", "cat", "/x/secret")).toBe("secret");
    });
  });

  it("ps, which runs on the host, tells of no process but the container's", async () => {
    const { as } = scene;
    const spoof = asked("GET", "/containers/web/top?ps_args=-molwp=PID+-o+args+-N+-p1");
    expectRefused(await as("reader", spoof), /ps_args/);
    expectDone(await as("reader", asked("GET", "/containers/web/top?ps_args=-o+pid,args")), 200);
    expectDone(await as("root", spoof), 200);
  });

  it("a build, which adds what can be fetched from the host, takes a power over it", async () => {
    const { as, stage: here } = scene;
    const { workspace } = here;
    const inside = createServer((_, response) => response.end("inside the host"));
    inside.listen(0, "127.0.0.1");
    await once(inside, "listening");
    try {
      const { port } = inside.address() as AddressInfo;
      const lines = `FROM box\nADD http://127.0.0.1:${port}/x /x\nRUN cat /x\n`;
      writeFileSync(workspace.path("Dockerfile"), lines);
      await run("tar", ["-C", workspace.dir, "-cf", workspace.path("context.tar"), "Dockerfile"]);
      // Without a type: with one, a plugin could not see whether a form is in its place
      const build = {
        ...asked("POST", "/build?networkmode=none&nocache=1"),
        body: readFileSync(workspace.path("context.tar")),
      };
      expectRefused(await as("wide", build), power);
      expectRefused(await as("image", build), /certain images/);
      expect((await as("root", build)).text).toContain("inside the host");
      expect((await as("mighty", build)).text).toContain("inside the host");
    } finally {
      inside.close();
    }
  });

  describe("the guard, for an id with every power over the host that can be named", () => {
    it("is not mounted: none of it, nothing below it and nothing above it", async () => {
      for (const path of guardedPaths(stage())) {
        for (const request of [
          make({ Binds: [`${path}:/x`] }),
          make({ Binds: [`${path}:/x:ro`] }),
          make({ Mounts: [{ Type: "bind", Source: path, Target: "/x", ReadOnly: true }] }),
          makeVolume(path),
        ]) {
          expectRefused(await scene.as("mighty", request), /docker-id itself or what guards it|goes back up/);
        }
      }
    });

    it("while the rest of the host is, by who was given it, and all of it by root", async () => {
      const { as, folder } = scene;
      expectDone(await as("mighty", make({ Binds: [`${folder}:/x`] })), 201);
      expectDone(await as("mighty", makeVolume(folder)), 201);
      for (const path of ["/run/docker/plugins", "/"])
        expectDone(await as("root", make({ Binds: [`${path}:/x`] })), 201);
    });

    it("is not reached through a container that root gave it", async () => {
      const { as } = scene;
      for (const request of [
        asked("GET", "/containers/lending/archive?path=/guard"),
        post("/v1.41/containers/lending/exec", { Cmd: ["ls", "/guard"] }),
        make({ VolumesFrom: ["lending"] }),
      ]) {
        expectRefused(await as("mighty", request), guarded);
      }
      const listed = await startExec("lending", { Cmd: ["ls", "/guard"], AttachStdout: true }, "root");
      expect(listed.text).toContain(stage().workspace.plugin);
    });

    it.each([
      asked("POST", "/plugins/docker-id/disable?force=1"),
      asked("POST", "/plugins/docker-id/enable"),
      asked("DELETE", "/plugins/docker-id?force=1"),
      asked("POST", "/plugins/pull?remote=127.0.0.1:1/none&name=docker-id"),
      asked("POST", "/plugins/docker-id/upgrade?remote=127.0.0.1:1/none"),
      asked("POST", "/plugins/create?name=docker-id"),
      asked("POST", "/plugins/docker-id/set"),
    ])("is no plugin that it may change: $method $target", async (request) => {
      expectRefused(await scene.as("mighty", request), guarded);
      const { text } = await scene.as("root", request);
      expect(text).not.toContain("authorization denied");
    });
  });
});

/** Paths that are the guard, hold it or lie in it. */
function guardedPaths({ workspace, engine, verifier }: Stage): readonly string[] {
  const everywhere =
    "/ /run /var/run /var /etc /var/lib /tmp/.. /run/docker/plugins /run/docker /var/run/docker.sock /etc/docker " +
    "/etc/docker/daemon.json /usr/lib/docker/plugins /var/lib/docker/volumes /proc/1/root/etc /srv/../run//docker/plugins/";
  return [
    ...everywhere.split(" "),
    ...[verifier.admin, verifier.authz].map((address) => address.slice("unix://".length)),
    engine.socket,
    workspace.path("engine", "data"),
    verifier.stateDir,
    verifier.marker,
    workspace.dir,
  ];
}
