import { writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import type { Docker } from "../support/dockers.ts";
import { needs } from "../support/needs.ts";
import { eachDocker, onStage } from "../support/on-stage.ts";
import { run } from "../support/run.ts";
import { carry, secret } from "../support/stage.ts";
import { allowed, refused } from "../support/verdicts.ts";

onStage(
  "guarding an engine",
  (stage) => {
    let root: string;
    const as =
      (cli: Docker, id?: string) =>
      (...args: string[]) =>
        stage().docker(cli, id, args);

    beforeAll(async () => {
      await stage().engine.importImage("box");
    });

    eachDocker((cli) => {
      it("lets everything pass before init, as Docker does", async () => {
        allowed(await as(cli)("ps"));
        expect(allowed(await as(cli)("run", "--rm", "--network", "none", "box", "echo", "hi"))).toBe("hi");
      });
    });

    it("says that the engine is open", async () => {
      const status = JSON.parse(allowed(await stage().id(["status", "--json"])));
      expect(status).toMatchObject({ state: "open" });
      allowed(await stage().id(["status"]));
    });

    it("inits with a secret and keeps the root id", async () => {
      allowed(await stage().id(["init", "--secret", secret]));
      root = allowed(await stage().id(["show"]));
      expect(root).toMatch(/^dkid_[\w-]+$/);
      expect(JSON.parse(allowed(await stage().id(["status", "--json"])))).toMatchObject({ state: "guarded" });
    });

    eachDocker((cli) => {
      const box = `box-${cli.major}`;

      it("refuses every request without an id, and says what to do", async () => {
        for (const words of [["ps"], ["run", "--rm", "box", "true"], ["images"], ["volume", "ls"]]) {
          refused(await as(cli)(...words), /docker-id/);
        }
      });

      it("runs, attached and with a terminal, under the root id", async () => {
        const words = ["run", "--rm", "--network", "none"];
        expect(allowed(await as(cli, root)(...words, "box", "echo", "hi"))).toBe("hi");
        expect(allowed(await stage().docker(cli, root, [...words, "-i", "box", "cat"], { input: "through" }))).toBe(
          "through",
        );
        const typed = [cli.path, ...words, "-it", "box", "sh", "-c", "'tty && echo a terminal'"].join(" ");
        const env = { ...stage().env, ...carry(stage().workspace, cli, root) };
        const outcome = await run("script", ["-qec", typed, "/dev/null"], { env });
        expect(allowed(outcome)).toMatch(/\/dev\/pts\/\d+\r?\na terminal/);
      });

      it("execs, reads logs, copies and controls a container under the root id", async () => {
        const docker = as(cli, root);
        const said = "echo said; while :; do sleep 1; done";
        const quickly = ["--network", "none", "--stop-signal", "KILL"];
        allowed(await docker("run", "-d", "--name", box, ...quickly, "box", "sh", "-c", said));
        expect(allowed(await docker("exec", box, "echo", "inside"))).toBe("inside");
        expect(allowed(await stage().docker(cli, root, ["exec", "-i", box, "cat"], { input: "in" }))).toBe("in");
        expect(allowed(await docker("logs", box))).toBe("said");
        expect(allowed(await docker("top", box))).toContain("sleep");
        expect(allowed(await docker("stats", "--no-stream", box))).toContain(box);
        const file = stage().workspace.path(`copied-${box}`);
        writeFileSync(file, "copied");
        allowed(await docker("cp", file, `${box}:/tmp/there`));
        allowed(await docker("cp", `${box}:/tmp/there`, `${file}-back`));
        expect(allowed(await docker("exec", box, "cat", "/tmp/there"))).toBe("copied");
        expect(allowed(await docker("diff", box))).toContain("/tmp/there");
        for (const [words] of [[["pause"]], [["unpause"]], [["stop"]], [["start"]], [["restart"]]] as const) {
          allowed(await docker(...words, box));
        }
        allowed(await docker("rename", box, `${box}-renamed`));
        allowed(await docker("rm", "-f", `${box}-renamed`));
      });

      it("builds, commits, saves, loads, tags and removes images under the root id", async () => {
        const docker = as(cli, root);
        const dockerfile = "FROM box\nRUN echo built > /built\nCMD cat /built\n";
        const built = await stage().docker(cli, root, ["build", "--network", "none", "-t", `${box}-built`, "-"], {
          input: dockerfile,
          env: { DOCKER_BUILDKIT: "0" },
        });
        allowed(built);
        expect(allowed(await docker("run", "--rm", "--network", "none", `${box}-built`))).toBe("built");
        const tar = stage().workspace.path(`${box}.tar`);
        allowed(await docker("save", "-o", tar, `${box}-built`));
        allowed(await docker("rmi", "-f", `${box}-built`));
        expect(allowed(await docker("load", "-i", tar))).toContain(`${box}-built`);
        allowed(await docker("tag", `${box}-built`, `${box}-tagged`));
        expect(allowed(await docker("images"))).toContain(`${box}-tagged`);
        const container = allowed(await docker("create", "--network", "none", `${box}-tagged`));
        allowed(await docker("commit", container, `${box}-committed`));
        allowed(await docker("rm", container));
        allowed(await docker("rmi", `${box}-built`, `${box}-tagged`, `${box}-committed`));
      });

      it("reaches the host under the root id, as before", async () => {
        const docker = as(cli, root);
        const folder = stage().workspace.dir;
        writeFileSync(`${folder}/of-the-host`, "the host's");
        const words = ["run", "--rm", "--network", "none"];
        const bound = await docker(...words, "-v", `${folder}:/host`, "box", "cat", "/host/of-the-host");
        expect(allowed(bound)).toBe("the host's");
        expect(allowed(await docker(...words, "--pid", "host", "box", "ps"))).toContain("dockerd");
      });

      it("makes privileged containers under the root id", async (context) => {
        const docker = as(cli, root);
        const made = allowed(await docker("create", "--privileged", "--network", "none", "box", "ls", "/dev"));
        expect(allowed(await docker("inspect", "-f", "{{.HostConfig.Privileged}}", made))).toBe("true");
        const why = needs("all capabilities");
        if (why === undefined) expect(allowed(await docker("start", "-a", made))).toContain("kmsg");
        allowed(await docker("rm", made));
        if (why !== undefined) context.skip(why);
      });

      it("watches, looks around and prunes under the root id", async () => {
        const docker = as(cli, root);
        expect(allowed(await docker("events", "--since", "1h", "--until", "0s"))).toContain("container");
        for (const words of [["version"], ["info"], ["system", "df"], ["network", "ls"], ["ps", "-a"]]) {
          allowed(await docker(...words));
        }
        allowed(await docker("volume", "create", `v-${box}`));
        allowed(await docker("volume", "inspect", `v-${box}`));
        allowed(await docker("volume", "rm", `v-${box}`));
        allowed(await docker("container", "prune", "-f"));
      });
    });
  },
  { also: ["script"] },
);
