import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newestDocker } from "../../support/dockers.ts";
import { node } from "../../support/node.ts";
import { onRegistry } from "../../support/on-registry.ts";
import { eachDocker } from "../../support/on-stage.ts";
import { run, type RunOptions } from "../../support/run.ts";
import { personOf } from "../../support/stage.ts";
import { allowed, failed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";

onRegistry("docker without a login", {}, (stage) => {
  let env: Record<string, string>;
  const host = () => stage().registry.host;
  const image = (repository: string) => `${host()}/${repository}:v1`;
  const id = (args: readonly string[], options: RunOptions = {}) =>
    run(node, [entry, ...args], { ...options, env: { ...env, ...options.env } });
  const docker = (path: string, ...args: readonly string[]) => run(path, args, { env });
  const settings = () => `${env["DOCKER_CONFIG"] ?? ""}/config.json`;

  beforeAll(async () => {
    const { workspace, engine, verifier, root } = stage();
    const PATH = `${dirname(entry)}:${dirname(node)}:${process.env["PATH"] ?? ""}`;
    env = { ...personOf(workspace, engine.host, verifier.admin, "pusher"), PATH };
    allowed(await id(["set", "-"], { input: root }));
    await engine.importImage(image("team/app"));
    failed(await docker(newestDocker().path, "push", image("team/app")), 1, /denied|unauthorized/);
    const outcome = await id(["registry", "use", host()]);
    allowed(outcome);
    expect(outcome.stderr).toContain(`"${stage().door}/auth"`);
  });
  afterAll(async () => {
    expect(await id(["registry", "use", host(), "--remove"])).toMatchObject({ status: 0 });
    failed(await docker(newestDocker().path, "push", image("team/app")), 1, /denied|unauthorized/);
  });

  eachDocker((cli) => {
    it("pushes and pulls under the default id", async () => {
      allowed(await docker(cli.path, "push", image("team/app")));
      allowed(await docker(cli.path, "rmi", image("team/app")));
      allowed(await docker(cli.path, "pull", image("team/app")));
      expect(readFileSync(settings(), "utf8")).not.toContain("dkid_");
    });

    it("does no more than that id may", async () => {
      const reader = await stage().narrow("--scope", "repository:team/app:pull");
      allowed(await id(["set", "-"], { input: reader }));
      try {
        allowed(await docker(cli.path, "pull", image("team/app")));
        failed(await docker(cli.path, "push", image("team/app")), 1, /denied/);
      } finally {
        allowed(await id(["set", "-"], { input: stage().root }));
      }
    });

    it("logs in with what docker is given, and keeps nothing of it", async () => {
      allowed(await docker(cli.path, "login", host()));
      expect(readFileSync(settings(), "utf8")).not.toMatch(/dkid_|"auth"|identitytoken/);
      const other = ["login", "--username", "alice", "--password-stdin", host()];
      failed(await run(cli.path, other, { env, input: "wonder:land" }), 1, /registry use .* --remove/);
      const out = await docker(cli.path, "logout", host());
      expect(out.stdout + out.stderr).toMatch(/registry use .* --remove/);
    });
  });

  it("is narrowed to the registry's service and some minutes, as the audit tells", async () => {
    allowed(await docker(newestDocker().path, "pull", image("team/app")));
    const lines = (await stage().id(["log", "--registry", "--json"])).stdout.trim().split("\n");
    const line = JSON.parse(lines.findLast((each) => each.includes('"registry.token"')) ?? "{}") as object;
    expect(line).toMatchObject({ verdict: "allowed", service: "registry", links: expect.anything() });
    const told = await stage().id(["log", "--registry"]);
    expect(told.stdout).toMatch(
      /allowed registry registry\.token at registry repository:team\/app:pull .*by .*link \d+\./,
    );
  });

  it("serves skopeo too, which reads the same file", async () => {
    const args = ["inspect", "--tls-verify=false", "--authfile", settings(), `docker://${image("team/app")}`];
    const inspected = await run("skopeo", args, { env: { ...env, _CONTAINERS_ROOTLESS_UID: "65534" } });
    expect(JSON.parse(allowed(inspected))).toMatchObject({ Name: image("team/app").replace(":v1", "") });
  });

  const exec = (flags: readonly string[], args: readonly string[], more: Record<string, string> = {}) =>
    id(["exec", ...flags, "--", newestDocker().path, ...args], { env: more });

  describe("under docker-id exec", () => {
    it("is the default id", async () => {
      allowed(await exec([], ["push", image("team/app")]));
    });

    it("is the kept id that docker runs under", async () => {
      const reader = await stage().narrow("--scope", "repository:team/app:pull", "--scope", "*:*:write");
      allowed(await id(["set", "--as", "reader", "-"], { input: reader }));
      failed(await exec(["--as", "reader"], ["push", image("team/app")]), 1, /denied/);
      allowed(await exec(["--as", "reader"], ["pull", image("team/app")]));
    });

    it("is none in place of one that it was given", async () => {
      const file = stage().workspace.path("given.txt");
      writeFileSync(file, await stage().narrow("--scope", "*:*:write"), { mode: 0o600 });
      failed(await exec(["--id", `@${file}`], ["push", image("team/app")]), 1, /denied|unauthorized/);
      const token = { DOCKER_ID_TOKEN: readFileSync(file, "utf8") };
      failed(await exec([], ["push", image("team/app")], token), 1, /denied|unauthorized/);
      // Nor does another docker-id inside of it bring the default one back
      const inner = [node, entry, "exec", "--", newestDocker().path, "push", image("team/app")];
      failed(await id(["exec", "--id", `@${file}`, "--", ...inner]), 1, /denied|unauthorized/);
    });
  });
});
