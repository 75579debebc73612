import { beforeAll, expect, it } from "vitest";
import { besideEnvironment, callBeside, command, livingWith } from "../../support/beside.ts";
import { newestDocker } from "../../support/dockers.ts";
import { onStage } from "../../support/on-stage.ts";
import { run } from "../../support/run.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { secret } from "../../support/stage.ts";
import { until } from "../../support/until.ts";
import { allowed, failed, refused } from "../../support/verdicts.ts";

onStage(
  "an engine behind ssh://",
  (stage) => {
    let sshd: Sshd;
    let root: string;
    const quiet = ["--network", "none", "--rm"];
    const env = (host: string) => {
      const whole = besideEnvironment(stage().env, newestDocker());
      return { ...whole, PATH: `${sshd.bin}:${whole["PATH"]}`, DOCKER_HOST: host };
    };
    const plain = () => `ssh://root@127.0.0.1:${sshd.port}`;
    const call = async (args: readonly string[], host = plain(), input = root) =>
      await callBeside(stage().env, newestDocker(), args, { env: env(host), input });

    beforeAll(async () => {
      await stage().engine.importImage("box");
      allowed(await stage().id(["init", "--secret", secret]));
      root = allowed(await stage().id(["show"]));
      sshd = await startSshd(stage().workspace, stage().engine.host);
    });

    it("is reached under an id, where docker alone is refused", async () => {
      refused(await stage().docker(newestDocker(), undefined, ["ps"], { env: env(plain()) }));
      allowed(await call(["docker", "--id", "-", "ps"]));
      expect(allowed(await call(["run", "--id", "-", ...quiet, "box", "echo", "there"]))).toBe("there");
    });

    it("is found at the path that the address ends with", async () => {
      const host = `ssh://root@127.0.0.1:${sshd.port}${stage().engine.socket}`;
      allowed(await call(["docker", "--id", "-", "ps"], host));
      const missing = await call(["docker", "--id", "-", "ps"], `ssh://root@127.0.0.1:${sshd.port}/nowhere/d.sock`);
      expect(missing.stderr).toMatch(/cannot be reached through ssh[^]*nowhere/);
    });

    it("keeps ids of its own, as the default too", async () => {
      failed(await call(["docker", "ps"]), 4, /no id is kept/);
      allowed(await stage().id(["set", "-"], { env: env(plain()), input: root }));
      allowed(await call(["docker", "ps"]));
    });

    it("gives and takes streams, each with its end", async () => {
      const bytes = 20 * 1024 * 1024;
      const line = `head -c ${bytes} /dev/zero | "$0" run -i ${quiet.join(" ")} box cat | wc -c`;
      const counted = await run("sh", ["-c", line, command], { env: env(plain()) });
      expect(Number(counted.stdout), counted.stderr).toBe(bytes);
      expect((await call(["run", ...quiet, "box", "sh", "-c", "exit 42"])).status).toBe(42);
    });

    it("is asked by docker-id itself for what a name means", async () => {
      const made = allowed(
        await call(["docker", "create", "--id", "-", "--network", "none", "--name", "web", "box", "true"]),
      );
      const id = allowed(
        await stage().id(["create", "--id", "-", "--container-id", "web"], { env: env(plain()), input: root }),
      );
      expect(allowed(await stage().id(["inspect", "-", "--json"], { input: id }))).toContain(made);
    });

    it("leaves no ssh behind", async () => {
      await until("each ssh has ended", () => livingWith("dial-stdio").length === 0);
    });

    it("that ssh does not trust is told of in ssh's own words, and nothing is sent there", async () => {
      sshd.forgetHost();
      const outcome = await call(["docker", "ps"]);
      expect(outcome.status).toBe(1);
      expect(outcome.stderr).toMatch(
        /docker-id: the engine at ssh:\/\/root@127.0.0.1:\d+ cannot be reached through ssh/,
      );
      expect(outcome.stderr).toMatch(/Host key verification failed|host key is known/);
    });
  },
  { also: ["sshd"] },
);
