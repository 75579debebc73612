import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { onStage } from "../../support/on-stage.ts";
import { type RawRequest, spellRaw } from "../../support/raw.ts";
import { until } from "../../support/until.ts";
import { expectDone, expectRefused, form, json, post, type Scene, setScene } from "./scene.ts";

interface Named {
  readonly Id: string;
}

const asked = (method: string, target: string): RawRequest => ({ method, target: `/v1.41${target}` });
const at = (container: string, what = "json"): RawRequest => asked("GET", `/containers/${container}/${what}`);
const make = (name: string, more: object = {}): RawRequest =>
  post(`/v1.41/containers/create?name=${name}`, { Image: "box", Cmd: ["sleep", "1000"], ...more });
const update = (body: object): RawRequest => post("/v1.41/containers/plain/update", body);
const expectNone = async ({ look }: Scene, name: string): Promise<void> => {
  expect(await look(`/containers/${name}/json`)).toBeUndefined();
};
const theirs = /certain containers alone|knows no container|could not be asked/;

onStage("7: names are not identities", (stage) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene(stage());
  });

  describe("an id for one container", () => {
    it("reaches it by its name, by its full id and by any start of that, and its execs", async () => {
      const { as, full } = scene;
      for (const called of ["web", full.web, full.web.slice(0, 12), full.web.slice(0, 40)]) {
        expect((await as("reader", at(called))).text).toContain(full.web);
        expectDone(await as("one", post(`/v1.41/containers/${called}/exec`, { Cmd: ["true"] })), 201);
      }
      const { text } = await as(
        "one",
        post("/v1.41/containers/web/exec", { Cmd: ["echo", "in", "web"], AttachStdout: true }),
      );
      const { Id: exec } = JSON.parse(text) as Named;
      expectDone(await as("reader", asked("GET", `/exec/${exec}/json`)), 200);
      expect((await as("one", post(`/v1.41/exec/${exec}/start`, { Detach: false, Tty: false }))).text).toContain(
        "in web",
      );
    });

    it("reaches no other by any start of its id, nor its execs, and root does", async () => {
      const { as, full } = scene;
      for (const length of [1, 2, 3, 4, 8, 12, 13, 32, 63, 64]) {
        const start = full.theirs.slice(0, length);
        if (full.web.startsWith(start)) continue;
        expectRefused(await as("reader", at(start)), theirs);
        expectRefused(await as("one", at(start, "logs?stdout=1")), theirs);
      }
      expect((await as("root", at(full.theirs.slice(0, 12)))).text).toContain(full.theirs);
      const { text } = await as("root", post("/v1.41/containers/theirs/exec", { Cmd: ["true"] }));
      const { Id: exec } = JSON.parse(text) as Named;
      expectRefused(await as("one", asked("GET", `/exec/${exec}/json`)), /certain containers alone/);
      expectRefused(await as("one", post(`/v1.41/exec/${exec}/start`, { Detach: true })), /certain containers alone/);
    });

    it("carries nothing in where it attached to look on", async () => {
      const { as, docker, narrow, stage: here } = scene;
      await docker("run", "-d", "-i", "--name", "cat", "--network", "none", "--stop-signal", "KILL", "box", "cat");
      const reader = await narrow("--op", "read", "--container-id", "cat");
      const stdin = asked("POST", "/containers/cat/attach?stream=1&stdout=1&stdin=1");
      expectRefused(await as({ id: reader }, stdin), /op=read/);
      const write = async (id: string, target: string, line: string): Promise<Socket> => {
        const connection = connect({ path: here.engine.socket });
        const headers = [
          ["X-Docker-Id", id],
          ["Upgrade", "tcp"],
          ["Connection", "Upgrade"],
        ] as const;
        connection.write(spellRaw({ method: "POST", target, headers }));
        const [head] = (await once(connection, "data")) as [Buffer];
        expect(head.toString("latin1")).toMatch(/^HTTP\/1\.1 (?:101|200)/);
        connection.write(`${line}\n`);
        return connection;
      };
      const looking = await write(reader, "/v1.41/containers/cat/attach?stream=1&stdout=1", "from the reader");
      const writing = await write(scene.ids.root, stdin.target, "from root");
      await until("root was heard", async () => (await docker("logs", "cat")).includes("from root"));
      expect(await docker("logs", "cat")).toBe("from root");
      for (const connection of [looking, writing]) connection.destroy();
      await docker("rm", "-f", "cat");
    });

    it("does not reach one that has taken its name", async () => {
      const { as, docker, full } = scene;
      await docker("rename", "web", "was-web");
      await docker("rename", "theirs", "web");
      expectRefused(await as("reader", at("web")), /certain containers alone/);
      expect((await as("reader", at("was-web"))).text).toContain(full.web);
      await docker("rename", "web", "theirs");
      await docker("rename", "was-web", "web");
    });
  });

  describe("a name that looks like the start of an id", () => {
    it("is given to nothing by a restricted id, though the engine would take it before the id", async () => {
      const { as, full, docker, look } = scene;
      const short = full.theirs.slice(0, 12);
      for (const id of ["wide", "image", "mighty"] as const) expectRefused(await as(id, make(short)), /id of another/);
      for (const id of ["wide", "mighty"] as const) {
        expectRefused(await as(id, asked("POST", `/containers/web/rename?name=${short}`)), /id of another/);
      }
      expectDone(await as("root", make(short)), 201);
      expect((await look<Named>(`/containers/${short}/json`))?.Id).not.toBe(full.theirs);
      await docker("rm", short);
    });
  });

  describe("an id for one image", () => {
    it("does not follow its name to another image", async () => {
      const { as, docker, full } = scene;
      await docker("tag", "other", "box");
      expectRefused(await as("image", make("moved")), /certain images/);
      expectDone(await as("image", make("by-id", { Image: full.box })), 201);
      await docker("tag", full.box, "box");
      await docker("rm", "by-id");
    });

    it("binds no name, of images or containers, that it was not given", async () => {
      const { as } = scene;
      for (const id of ["image", "tagger", "named"] as const) {
        expectRefused(await as(id, asked("POST", "/images/other/tag?repo=box")), /image|repository/);
        expectRefused(await as(id, asked("POST", "/images/box/tag?repo=prod%2Fapp")), /image|repository/);
        expectRefused(await as(id, asked("POST", "/commit?container=web&repo=box")), /image|repository|container/);
      }
      expectRefused(await as("image", asked("POST", "/containers/lending/rename?name=web2")), /certain images/);
      expectRefused(await as("named", make("yours-1")), /no scope/);
      expectDone(await as("named", make("mine-1")), 201);
      expectDone(await as("tagger", asked("POST", "/images/other/tag?repo=mine")), 201);
      await scene.docker("rm", "mine-1");
      await scene.docker("rmi", "mine");
    });

    it("runs it, attaches, waits, stops and removes what it ran", async () => {
      const { as } = scene;
      expectDone(await as("image", make("ran")), 201);
      expectDone(await as("image", asked("POST", "/containers/ran/start")), 204);
      expectDone(await as("image", at("ran", "logs?stdout=1")), 200);
      expectDone(await as("image", post("/v1.41/containers/ran/exec", { Cmd: ["true"] })), 201);
      expectDone(await as("image", asked("POST", "/containers/ran/kill")), 204);
      expectDone(await as("image", asked("POST", "/containers/ran/wait")), 200);
      expectDone(await as("image", asked("POST", "/containers/ran/attach?logs=1&stdout=1")), 200);
      expectDone(await as("image", asked("DELETE", "/containers/ran?v=1")), 204);
    });

    const powers: readonly object[] = [
      { Privileged: true },
      { Binds: ["/srv:/x"] },
      { Binds: ["prepared:/x"] },
      { Mounts: [{ Type: "bind", Source: "/srv", Target: "/x" }] },
      {
        Mounts: [
          { Type: "volume", Target: "/x", VolumeOptions: { DriverConfig: { Options: { o: "bind", device: "/srv" } } } },
        ],
      },
      { VolumesFrom: ["lending"] },
      { VolumeDriver: "other" },
      ...["PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode", "NetworkMode"].map((mode) => ({
        [mode]: "host",
      })),
      ...["PidMode", "IpcMode", "NetworkMode"].map((mode) => ({ [mode]: "container:lending" })),
      { Devices: [{ PathOnHost: "/dev/kmsg", PathInContainer: "/dev/kmsg" }] },
      { DeviceCgroupRules: ["b *:* rwm"] },
      { DeviceRequests: [{ Count: -1, Capabilities: [["gpu"]] }] },
      { CapAdd: ["SYS_ADMIN"] },
      { SecurityOpt: ["apparmor=unconfined"] },
      { MaskedPaths: [] },
      { ReadonlyPaths: [] },
      { CgroupParent: "/" },
      { Sysctls: { "net.ipv4.ip_forward": "1" } },
      { Runtime: "other" },
      { OomScoreAdj: -1000 },
      { GroupAdd: ["0"] },
      { LogConfig: { Type: "syslog" } },
      { PortBindings: { "80/tcp": [{ HostPort: "80" }] } },
      { PublishAllPorts: true },
      { RestartPolicy: { Name: "always" } },
      { StorageOpt: { size: "1G" } },
      { Surprise: true },
    ];
    it.each(powers.map((config) => ({ config })))("runs it without $config", async ({ config }) => {
      expectRefused(await scene.as("image", make("never", { HostConfig: config })), /power|certain|not known|knows no/);
      await expectNone(scene, "never");
    });

    it("changes nothing about what runs, and builds and commits nothing", async () => {
      const { as, docker } = scene;
      await docker("run", "-d", "--network", "none", "--name", "plain", "box", "sleep", "1000");
      expectDone(await as("image", update({ Memory: 2 ** 28, MemorySwap: -1 })), 200);
      expectRefused(await as("image", update({ RestartPolicy: { Name: "always" } })), /power/);
      expectRefused(await as("image", update({ Devices: [{ PathOnHost: "/dev/kmsg" }] })), /power/);
      expectRefused(await as("image", update({ Privileged: true })), /not known/);
      expectRefused(
        await as("image", post("/v1.41/containers/plain/exec", { Cmd: ["sh"], Privileged: true })),
        /power/,
      );
      expectRefused(await as("image", asked("POST", "/commit?container=plain")), /certain images/);
      expectRefused(await as("image", asked("POST", "/build?t=box")), /certain images/);
      expectRefused(await as("image", asked("POST", "/containers/plain/start?checkpoint=x")), /not known/);
      await docker("rm", "-f", "plain");
    });
  });

  it("what is not known is refused to who is not root, and done for root", async () => {
    const odd: readonly (readonly [RawRequest, number])[] = [
      [asked("GET", "/containers/json?novel=1"), 200],
      [{ ...asked("GET", "/containers/json"), headers: [form], body: "all=1" }, 200],
      [{ target: "/v1.23/containers/json" }, 200],
      [make("novel", { HostConfig: { Novel: 1 } }), 201],
      [make("novel-2", { Novel: 1 }), 201],
      [{ ...asked("POST", "/containers/web/kill?signal=CONT"), headers: [json], chunked: true, body: "{}" }, 204],
    ];
    for (const [request, done] of odd) {
      expectRefused(await scene.as("mighty", request), /not known|no body|before 1\.24|not shown/);
      expectDone(await scene.as("root", request), done);
    }
  });
});
