import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { besideEnvironment, callBeside, command, companionsOf } from "../../support/beside.ts";
import type { Docker } from "../../support/dockers.ts";
import { eachDocker, onStage } from "../../support/on-stage.ts";
import { run, type RunOptions } from "../../support/run.ts";
import { secret } from "../../support/stage.ts";
import { until } from "../../support/until.ts";
import { allowed, refused } from "../../support/verdicts.ts";

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
}

onStage("docker-id run and docker-id docker", (stage) => {
  let root: string;
  let reader: string;
  const quiet = ["--network", "none", "--rm"];

  beforeAll(async () => {
    await stage().engine.importImage("box");
    allowed(await stage().id(["init", "--secret", secret]));
    root = allowed(await stage().id(["show"]));
    reader = allowed(await stage().id(["create", "--op", "read"]));
    writeFileSync(stage().workspace.path("reader.txt"), reader);
    writeFileSync(stage().workspace.path("root.txt"), root);
  });

  eachDocker((cli: Docker) => {
    const call = async (args: readonly string[], options: RunOptions = {}) =>
      await callBeside(stage().env, cli, args, options);

    it("works under the default id, where plain docker is refused", async () => {
      refused(await stage().docker(cli, undefined, ["run", ...quiet, "box", "true"]));
      expect(allowed(await call(["run", ...quiet, "box", "echo", "--id", "x"]))).toBe("--id x");
      expect(allowed(await call(["docker", "ps", "-aq", "--filter", "name=nobody"]))).toBe("");
    });

    it("is refused what the id that is given may not do, in docker's own words", async () => {
      const said = refused(
        await call(["run", "--id", `@${stage().workspace.path("reader.txt")}`, ...quiet, "box", "true"]),
      );
      expect(said).toMatch(/container.create writes/);
      expect(said).not.toMatch(/dkid_/);
      allowed(await call(["docker", "ps", "--id", "-"], { input: reader }));
    });

    it.each([0, 1, 125, 126, 127, 137])("leaves with docker's status: %i", async (status) => {
      expect((await call(["run", ...quiet, "box", "sh", "-c", `exit ${status}`])).status).toBe(status);
    });
    it("leaves with docker's own 125, 126 and 127", async () => {
      expect((await call(["run", ...quiet, "--frobnicate", "box"])).status).toBe(125);
      expect((await call(["run", ...quiet, "box", "/etc"])).status).toBe(126);
      expect((await call(["run", ...quiet, "box", "/nowhere"])).status).toBe(127);
    });

    it("keeps stdout, stderr and stdin's end apart and whole", async () => {
      const { stdout, stderr } = await call(["run", "-i", ...quiet, "box", "sh", "-c", "cat; echo end >&2"], {
        input: "in\n",
      });
      expect([stdout, stderr]).toEqual(["in\n", "end\n"]);
    });

    it("carries 100 MB through docker run -i", async () => {
      const bytes = 100 * 1024 * 1024;
      const line = `head -c ${bytes} /dev/zero | "$0" run -i ${quiet.join(" ")} box cat | wc -c`;
      const counted = await run("sh", ["-c", line, command], { env: besideEnvironment(stage().env, cli) });
      expect(Number(counted.stdout), counted.stderr).toBe(bytes);
    });

    it("builds, with and without BuildKit", async () => {
      const folder = stage().workspace.path(`build-${cli.version}`);
      mkdirSync(folder);
      writeFileSync(`${folder}/Dockerfile`, "FROM box\nCOPY file /file\nRUN cat /file\n");
      writeFileSync(`${folder}/file`, "x".repeat(1_000_000));
      // BuildKit is a plugin of later CLIs
      for (const kit of cli.major < 23 ? ["0", "1"] : ["0"]) {
        const built = await call(["docker", "build", "--network", "none", "-t", "built", folder], {
          env: { DOCKER_BUILDKIT: kit },
        });
        expect(built.status, built.stderr).toBe(0);
        expect(allowed(await call(["run", ...quiet, "built", "wc", "-c", "/file"]))).toBe("1000000 /file");
      }
    });

    it("saves and loads, copies in and out, and tells of events", async () => {
      const tar = stage().workspace.path("box.tar");
      allowed(await call(["docker", "save", "-o", tar, "box"]));
      allowed(await call(["docker", "load", "-i", tar]));
      const made = allowed(await call(["docker", "create", "--network", "none", "box", "true"]));
      allowed(await call(["docker", "cp", tar, `${made}:/tmp/box.tar`]));
      const copied = await call(["docker", "cp", `${made}:/tmp/box.tar`, "-"]);
      expect(copied.stdout.length).toBeGreaterThan(100_000);
      // The engine tells of what happened a moment after it did
      const filters = ["--filter", "event=create", "--filter", `container=${made}`];
      await expect
        .poll(async () => allowed(await call(["docker", "events", "--since", "1h", "--until", "0s", ...filters])), {
          timeout: 30_000,
        })
        .toContain(made);
      allowed(await call(["docker", "rm", made]));
    });

    it("holds the id in no argument, no environment and no file, for as long as it lives", async () => {
      const runtime = stage().workspace.path(`runtime-${cli.version}`);
      mkdirSync(runtime, { mode: 0o700 });
      const child = spawn(
        command,
        ["run", "-i", "--id", `@${stage().workspace.path("root.txt")}`, ...quiet, "box", "cat"],
        {
          env: { ...besideEnvironment(stage().env, cli), XDG_RUNTIME_DIR: runtime },
          stdio: ["pipe", "pipe", "inherit"],
        },
      );
      const pid = child.pid ?? 0;
      child.stdin.write("here\n");
      await once(child.stdout, "data");
      const [companion = 0, ...others] = companionsOf(pid);
      expect(others).toEqual([]);
      for (const each of [pid, companion]) {
        for (const file of ["cmdline", "environ"]) {
          expect(readFileSync(`/proc/${each}/${file}`, "latin1")).not.toMatch(/dkid_/);
        }
      }
      const files = [runtime, stage().env["DOCKER_CONFIG"] ?? ""].flatMap(filesBelow);
      expect(files.some((file) => file.startsWith(runtime))).toBe(true);
      for (const file of files) expect(readFileSync(file, "latin1"), file).not.toMatch(/dkid_/);
      // It is docker, in every way
      expect(readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").slice(0, 2)).toEqual(["docker", "run"]);
      child.stdin.end();
      expect(await once(child, "exit")).toEqual([0, null]);
      await until("its companion is gone", () => companionsOf(pid).length === 0);
    });

    it("hands signals to the container, once each", async () => {
      const script =
        "n=0; got() { n=$((n+1)); echo got; [ $n -lt 2 ] || exit 3; }; trap got TERM; " +
        "echo ready; while :; do sleep 0.05; done";
      const child = spawn(command, ["run", ...quiet, "box", "sh", "-c", script], {
        env: besideEnvironment(stage().env, cli),
        stdio: ["ignore", "pipe", "inherit"],
        detached: true,
      });
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
      await until("it is ready", () => said.includes("ready"));
      // To all of the group, as a supervisor does it
      process.kill(-(child.pid ?? 0), "SIGTERM");
      await until("it has one", () => said.includes("got"));
      expect(said.split("got").length).toBe(2);
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([3, null]);
      expect(said.split("got").length).toBe(3);
    });
  });
});
