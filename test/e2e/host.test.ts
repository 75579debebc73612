import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { newestDocker } from "../support/dockers.ts";
import { eachDocker, onStage } from "../support/on-stage.ts";
import { secret } from "../support/stage.ts";
import { allowed, refused } from "../support/verdicts.ts";

/** Runs the image with these options. */
const run = (...words: string[]) => ["run", "--rm", "--network", "none", ...words, "box", "true"];

onStage("the host and the guard, for restricted ids", (stage) => {
  let root: string;
  /** The widest ids that are not root: whatever they carry, they are not root on the host. */
  let wide: Record<string, string>;
  let image: string;

  beforeAll(async () => {
    const { id, engine, docker } = stage();
    await engine.importImage("box");
    allowed(await id(["init", "--secret", secret]));
    root = allowed(await id(["show"]));
    const create = async (...words: string[]) => allowed(await id(["create", ...words]));
    image = await create("--image-id", "box");
    wide = {
      "op=read,write": await create("--op", "read,write"),
      "expires=24h": await create("--expires", "24h"),
      "scope=*:*:write": await create("--scope", "*:*:write"),
      "an image id": image,
    };
    const words = ["run", "-d", "--network", "none", "--stop-signal", "KILL"];
    const long = ["box", "sleep", "1000"];
    const cli = newestDocker();
    allowed(await docker(cli, root, [...words, "--name", "mighty", "--pid", "host", "-v", "/:/host", ...long]));
    allowed(await docker(cli, root, ["create", "--name", "privileged", "--privileged", "--network", "none", ...long]));
    allowed(await docker(cli, root, [...words, "--name", "plain", ...long]));
  });

  const mounted = "type=volume,dst=/h,volume-driver=local,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/";
  const hostile: readonly (readonly [string, readonly string[]])[] = [
    ["binds the root folder", run("-v", "/:/host")],
    ["binds a file", run("-v", "/etc/shadow:/s:ro")],
    ["binds by --mount", run("--mount", "type=bind,src=/,dst=/h")],
    ["binds by a volume's options", run("--mount", mounted)],
    ["binds docker's socket", run("-v", "/var/run/docker.sock:/s")],
    ["binds the plugin sockets", run("-v", "/run/docker/plugins:/p")],
    ["is privileged", run("--privileged")],
    ["adds a capability", run("--cap-add", "SYS_ADMIN")],
    ["adds all capabilities", run("--cap-add", "ALL")],
    ["takes a device", run("--device", "/dev/kmsg")],
    ["allows devices by rule", run("--device-cgroup-rule", "b *:* rwm")],
    ["shares the host's pids", run("--pid", "host")],
    ["shares the host's ipc", run("--ipc", "host")],
    ["shares the host's uts", run("--uts", "host")],
    ["shares the host's network", ["run", "--rm", "--network", "host", "box", "true"]],
    ["shares the host's users", run("--userns", "host")],
    ["drops seccomp", run("--security-opt", "seccomp=unconfined")],
    ["drops apparmor", run("--security-opt", "apparmor=unconfined")],
    ["unmasks system paths", run("--security-opt", "systempaths=unconfined")],
    ["sets a sysctl", run("--sysctl", "net.ipv4.ip_forward=1")],
    ["chooses a cgroup parent", run("--cgroup-parent", "/")],
    ["chooses a runtime", run("--runtime", "other")],
    ["takes volumes of a mighty container", run("--volumes-from", "mighty")],
    ["joins the pids of a mighty container", run("--pid", "container:mighty")],
    [
      "prepares a volume that binds the host",
      ["volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=/", "prepared"],
    ],
    ["enters a mighty container", ["exec", "mighty", "true"]],
    ["starts a mighty container", ["start", "mighty"]],
    ["writes into a mighty container", ["cp", "/etc/hostname", "mighty:/host/tmp/x"]],
    ["starts a privileged container", ["start", "privileged"]],
    ["copies into a privileged container", ["cp", "/etc/hostname", "privileged:/x"]],
    ["enters with privileges", ["exec", "--privileged", "plain", "true"]],
    ["lists plugins away", ["plugin", "disable", "docker-id"]],
    ["installs a plugin", ["plugin", "install", "--grant-all-permissions", "127.0.0.1:1/none"]],
    ["begins a swarm", ["swarm", "init"]],
    ["lets containers run away with the host's memory", ["update", "--restart", "always", "mighty"]],
  ];

  eachDocker((cli) => {
    for (const [what, words] of hostile) {
      it(`refuses one that ${what}`, async () => {
        for (const id of Object.values(wide)) refused(await stage().docker(cli, id, words));
      });
    }

    it("refuses a build that reaches the host's network", async () => {
      for (const id of Object.values(wide)) {
        const words = ["build", "--network", "host", "-t", "mine", "-"];
        const options = { input: "FROM box\nRUN true\n", env: { DOCKER_BUILDKIT: "0" } };
        refused(await stage().docker(cli, id, words, options));
      }
    });

    it("lets the same ids run what asks for nothing of the host", async () => {
      for (const id of Object.values(wide)) allowed(await stage().docker(cli, id, run()));
    });

    it("lets an id have the one folder that it names, and no other", async () => {
      const { workspace, id, docker } = stage();
      const folder = workspace.path("granted");
      const words = ["--network", "none", "-v"];
      if (!existsSync(folder))
        allowed(await docker(cli, root, ["run", "--rm", ...words, `${folder}:/x`, "box", "true"]));
      const scope = `*:*:write,host:bind${folder}:write`;
      const granted = allowed(await id(["create", "--scope", scope]));
      writeFileSync(`${folder}/there`, "there");
      const read = await docker(cli, granted, ["run", "--rm", ...words, `${folder}:/x`, "box", "cat", "/x/there"]);
      expect(allowed(read)).toBe("there");
      refused(await docker(cli, granted, ["run", "--rm", ...words, `${workspace.dir}:/x`, "box", "true"]));
      refused(await docker(cli, granted, ["run", "--rm", ...words, `${folder}/..:/x`, "box", "true"]));
      refused(await docker(cli, granted, run("--privileged")));
    });
  });

  const raw: readonly (readonly [string, string, string, object | string | undefined, Record<string, string>?])[] = [
    ["privileged at the top level", "POST", "/v1.41/containers/create", { Image: "box", Privileged: true }],
    ["binds at the top level", "POST", "/v1.41/containers/create", { Image: "box", Binds: ["/:/host"] }],
    ["folded names", "POST", "/v1.41/containers/create", { Image: "box", hostconfig: { Privileged: true } }],
    ["names folded by Unicode", "POST", "/v1.41/containers/create", { Image: "box", hoſtconfig: { Privileged: true } }],
    [
      "a duplicate key",
      "POST",
      "/v1.41/containers/create",
      '{"Image":"box","HostConfig":{},"HostConfig":{"Privileged":true}}',
    ],
    ["trailing data", "POST", "/v1.41/containers/create", '{"Image":"box"} {"HostConfig":{"Privileged":true}}'],
    ["an unknown HostConfig field", "POST", "/v1.41/containers/create", { Image: "box", HostConfig: { Novel: 1 } }],
    ["a legacy start body", "POST", "/v1.23/containers/plain/start", { Binds: ["/:/host"], Privileged: true }],
    ["no body", "POST", "/v1.41/containers/create", undefined],
    [
      "another content type",
      "POST",
      "/v1.41/containers/create",
      '{"Image":"box","HostConfig":{"Privileged":true}}',
      { "content-type": "text/plain" },
    ],
    [
      "a form beside the query",
      "POST",
      "/v1.41/images/box/tag?repo=mine",
      "repo=box-of-others",
      { "content-type": "application/x-www-form-urlencoded" },
    ],
    ["a doubled parameter", "POST", "/v1.41/containers/create?name=a&name=b", { Image: "box" }],
    ["a semicolon", "POST", "/v1.41/containers/create?name=a;name=b", { Image: "box" }],
    ["an encoded slash", "POST", "/v1.41/containers%2fcreate", { Image: "box", HostConfig: { Privileged: true } }],
    ["an encoded letter", "POST", "/v1.41/containers/%63reate", { Image: "box", HostConfig: { Privileged: true } }],
    [
      "an absolute target",
      "POST",
      "http://x/v1.41/containers/create",
      { Image: "box", HostConfig: { Privileged: true } },
    ],
    ["an odd version", "POST", "/v01.41/containers/create", { Image: "box", HostConfig: { Privileged: true } }],
    ["buildkit", "POST", "/v1.41/session", undefined, { upgrade: "h2c", connection: "Upgrade" }],
    ["an unknown path", "GET", "/v1.41/novelties", undefined],
  ];

  for (const [what, method, target, body, headers] of raw) {
    it(`does not let through ${what}`, async () => {
      const { engine } = stage();
      for (const id of Object.values(wide)) {
        const answer = await ask(engine.socket, method, target, {
          id,
          ...(body === undefined ? {} : { body }),
          ...(headers === undefined ? {} : { headers }),
        });
        expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
        // The engine may know no such path before it asks anyone.
        if (answer.status !== 404 && answer.status !== 400) expect(answer.text).toContain("authorization denied");
      }
    });
  }

  it("has written every refusal down, and no token", () => {
    expect(existsSync(stage().verifier.stateDir)).toBe(true);
    const log = stage().verifier.log();
    for (const id of [root, ...Object.values(wide)]) expect(log).not.toContain(id.slice(20));
    expect(readFileSync(stage().engine.configFile, "utf8")).toContain(stage().workspace.plugin);
  });
});
