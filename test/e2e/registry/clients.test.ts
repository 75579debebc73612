import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import type { Docker } from "../../support/dockers.ts";
import { newestDocker } from "../../support/dockers.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { eachDocker } from "../../support/on-stage.ts";
import { asLogin, type RegistryPerson } from "../../support/registry-person.ts";
import { run } from "../../support/run.ts";
import { allowed, failed } from "../../support/verdicts.ts";

onRegistry("what else asks registries for docker", { also: ["docker-compose"] }, (stage) => {
  const image = (repository: string) => `${stage().registry.host}/${repository}`;
  let people = 0;

  const loggedIn = async (cli: Docker, id: string) => {
    const name = `${cli.major}-${(people += 1)}`;
    const person: RegistryPerson = stage().person(name);
    allowed(await person.login(cli, stage().engine, stage().registry.host, asLogin(id)));
    const docker = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      person.docker(cli, stage().engine, args, { env });
    return { docker, home: stage().workspace.path("people", name) };
  };
  const puller = (cli: Docker) =>
    stage()
      .narrow("--scope", "repository:team/app:pull")
      .then((id) => loggedIn(cli, id));

  beforeAll(async () => {
    const { docker } = await loggedIn(newestDocker(), stage().root);
    await stage().engine.importImage(image("team/app:v1"));
    allowed(await docker(["push", image("team/app:v1")]));
  });

  eachDocker((cli) => {
    it("plugins are pushed and installed, whose scopes bear a class", async () => {
      const folder = stage().workspace.path(`plugin-${cli.major}`);
      mkdirSync(`${folder}/rootfs`, { recursive: true });
      writeFileSync(`${folder}/rootfs/nothing`, cli.version);
      const described = { interface: { types: ["docker.volumedriver/1.0"], socket: "it.sock" }, entrypoint: ["/it"] };
      writeFileSync(`${folder}/config.json`, JSON.stringify({ description: "a plugin", ...described }));
      const plugin = image(`plugs/in:${cli.major}`);
      const pusher = await loggedIn(cli, await stage().narrow("--scope", "repository:plugs/in:push"));
      const { docker } = await loggedIn(cli, await stage().narrow("--scope", "repository:plugs/in:pull"));
      allowed(await pusher.docker(["plugin", "create", plugin, folder]));
      // Denied by http, the engine tries https, and tells of that alone
      failed(await docker(["plugin", "push", plugin]), 1);
      expect(allowed(await stage().id(["log", "--registry"]))).toMatch(/plugs\/in:push withheld/);
      allowed(await pusher.docker(["plugin", "push", plugin]));
      allowed(await docker(["plugin", "rm", plugin]));
      allowed(await docker(["plugin", "install", "--disable", "--grant-all-permissions", plugin]));
      allowed(await docker(["plugin", "rm", plugin]));
    });

    it("docker itself reads and writes manifests, with no engine between", async () => {
      const list = image(`team/list-${cli.major}:v1`);
      const create = ["manifest", "create", "--insecure", list, image("team/app:v1")];
      const { docker } = await puller(cli);
      expect(allowed(await docker(["manifest", "inspect", "--insecure", image("team/app:v1")]))).toContain("layers");
      allowed(await docker(create));
      failed(await docker(["manifest", "push", "--insecure", list]), 1, /denied|unauthorized/);
      const root = await loggedIn(cli, stage().root);
      allowed(await root.docker(create));
      allowed(await root.docker(["manifest", "push", "--insecure", list]));
    });

    const builders = cli.major < 23 ? (["0", "1"] as const) : (["0"] as const);
    it.each(builders)("builds begin with what the registry has (BuildKit: %s)", async (DOCKER_BUILDKIT) => {
      const folder = stage().workspace.path(`build-${cli.major}-${DOCKER_BUILDKIT}`);
      mkdirSync(folder);
      writeFileSync(`${folder}/Dockerfile`, `FROM ${image("team/app:v1")}\nLABEL of="${cli.version}"\n`);
      const { docker } = await puller(cli);
      const build = ["build", "--pull", "-t", `built:${cli.major}-${DOCKER_BUILDKIT}`, folder];
      allowed(await docker(build, { DOCKER_BUILDKIT }));
      const nothing = await loggedIn(cli, await stage().narrow("--scope", "repository:else/where:pull"));
      failed(await nothing.docker(build, { DOCKER_BUILDKIT }), 1, /denied|authorization failed/);
    });

    it("compose pulls", async () => {
      const file = stage().workspace.path(`compose-${cli.major}.yml`);
      writeFileSync(file, JSON.stringify({ version: "3", services: { app: { image: image("team/app:v1") } } }));
      const { home } = await puller(cli);
      const env = { HOME: home, DOCKER_HOST: stage().engine.host };
      allowed(await run("docker-compose", ["-f", file, "pull", "--quiet"], { env }));
    });
  });
});
