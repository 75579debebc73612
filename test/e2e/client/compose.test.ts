import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { callBeside } from "../../support/beside.ts";
import { newestDocker } from "../../support/dockers.ts";
import { onStage } from "../../support/on-stage.ts";
import { run } from "../../support/run.ts";
import { secret } from "../../support/stage.ts";
import { allowed, refused } from "../../support/verdicts.ts";

const project = `
version: "2.4"
services:
  one:
    image: box
    network_mode: none
    command: ["sh", "-c", "echo from one; exec sleep 1000"]
    stop_signal: SIGKILL
  two:
    image: box
    network_mode: none
    command: ["sh", "-c", "echo from two; exec sleep 1000"]
    stop_signal: SIGKILL
`;

const brief = `
version: "2.4"
services:
  one: { image: box, network_mode: none, command: ["sh", "-c", "echo from one; sleep 1; exit 3"] }
  two: { image: box, network_mode: none, command: ["sleep", "1000"], stop_signal: SIGKILL }
`;

onStage(
  "docker-compose 1.29, unchanged",
  (stage) => {
    let folder: string;
    const compose = async (...args: readonly string[]) =>
      await callBeside(
        stage().env,
        newestDocker(),
        ["exec", "--", "docker-compose", "--project-directory", folder, ...args],
        {
          env: { HOME: folder },
          cwd: folder,
        },
      );
    const ps = async () =>
      allowed(
        await callBeside(stage().env, newestDocker(), [
          "docker",
          "ps",
          "-a",
          "--filter",
          "label=com.docker.compose.project",
          "--format",
          "{{.State}}",
        ]),
      );

    beforeAll(async () => {
      await stage().engine.importImage("box");
      allowed(await stage().id(["init", "--secret", secret]));
      folder = stage().workspace.path("project");
      mkdirSync(folder);
      writeFileSync(`${folder}/docker-compose.yml`, project);
      writeFileSync(`${folder}/brief.yml`, brief);
    });

    it("is refused without an id", async () => {
      refused(await run("docker-compose", ["up", "-d"], { env: { ...stage().env, HOME: folder }, cwd: folder }));
    });

    it("brings two services up, shows what they say, and takes them down", async () => {
      allowed(await compose("up", "-d"));
      expect(await ps()).toBe("running\nrunning");
      const logs = allowed(await compose("logs", "--no-color"));
      expect(logs).toMatch(/one_1 .*from one/);
      expect(logs).toMatch(/two_1 .*from two/);
      expect(allowed(await compose("exec", "-T", "one", "echo", "--id", "x"))).toBe("--id x");
      allowed(await compose("down"));
      expect(await ps()).toBe("");
    });

    it("stays in the foreground with them, and ends with the one that ends", async () => {
      const up = await compose("-f", "brief.yml", "up", "--no-color", "--exit-code-from", "one");
      expect(up.status, up.stderr).toBe(3);
      expect(up.stdout).toMatch(/one_1 .*from one/);
      allowed(await compose("-f", "brief.yml", "down"));
      expect(await ps()).toBe("");
    });

    it("may only look with an id that may only read", async () => {
      const reader = allowed(await stage().id(["create", "--op", "read"]));
      allowed(await stage().id(["set", "--as", "reader", "-"], { input: reader }));
      const read = async (...args: readonly string[]) =>
        await callBeside(stage().env, newestDocker(), ["exec", "--as", "reader", "--", "docker-compose", ...args], {
          env: { HOME: folder },
          cwd: folder,
        });
      allowed(await read("ps"));
      refused(await read("up", "-d"), /writes/);
    });
  },
  { also: ["docker-compose"] },
);
