import { beforeAll, expect, it } from "vitest";
import { newestDocker } from "../support/dockers.ts";
import { eachDocker, onStage } from "../support/on-stage.ts";
import { secret } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

onStage("an id that reads one container", (stage) => {
  let root: string;
  let web: string;
  let other: string;

  beforeAll(async () => {
    const { id, engine, docker } = stage();
    await engine.importImage("box");
    allowed(await id(["init", "--secret", secret]));
    root = allowed(await id(["show"]));
    const cli = newestDocker();
    const running = (name: string) =>
      docker(cli, root, [
        "run",
        "-d",
        "--name",
        name,
        "--network",
        "none",
        "--stop-signal",
        "KILL",
        "box",
        "sh",
        "-c",
        `echo said by ${name}; sleep 1000`,
      ]);
    web = allowed(await running("web"));
    other = allowed(await running("other"));
    await until("web has spoken", async () => (await docker(cli, root, ["logs", "web"])).stdout !== "");
  });

  const create = async (...words: string[]) => allowed(await stage().id(["create", ...words]));

  it("is minted with the full id, whatever it was called by", async () => {
    for (const called of ["web", web.slice(0, 12), web]) {
      const id = await create("--secret", secret, "--op", "read", "--container-id", called);
      expect(allowed(await stage().id(["inspect", id]))).toContain(`container_id=${web}`);
    }
  });

  it("is not minted for a container that does not exist, or a name that could be another's id", async () => {
    failed(await stage().id(["create", "--op", "read", "--container-id", "nobody"]), 1, /nobody/);
    failed(await stage().id(["create", "--op", "read", "--container-id", `${"0".repeat(63)}1`]), 1);
  });

  eachDocker((cli) => {
    let reader: string;
    const docker = (...args: string[]) => stage().docker(cli, reader, args);
    beforeAll(async () => {
      reader = await create("--secret", secret, "--op", "read", "--container-id", "web");
    });

    it("inspects it, reads its logs, top and stats by name, short and full id", async () => {
      for (const called of ["web", web.slice(0, 12), web]) {
        expect(allowed(await docker("inspect", called))).toContain(web);
        expect(allowed(await docker("logs", called))).toBe("said by web");
        expect(allowed(await docker("top", called))).toContain("sleep");
        expect(allowed(await docker("stats", "--no-stream", called))).not.toBe("");
        allowed(await docker("port", called));
      }
    });

    it("is refused another container, by any of its names", async () => {
      for (const called of ["other", other.slice(0, 12), other, other.slice(0, 3)]) {
        refused(await docker("container", "inspect", called));
        refused(await docker("logs", called));
        refused(await docker("top", called));
        refused(await docker("stats", "--no-stream", called));
      }
    });

    it("lists neither images nor containers, volumes, networks or events", async () => {
      for (const words of [
        ["images"],
        ["ps"],
        ["volume", "ls"],
        ["network", "ls"],
        ["events", "--until", "0s"],
        ["info"],
        ["system", "df"],
        ["image", "inspect", "box"],
      ]) {
        refused(await docker(...words));
      }
    });

    it("creates nothing, and changes nothing of its own container", async () => {
      const tries = [
        ["run", "--rm", "--network", "none", "box", "true"],
        ["create", "--network", "none", "box"],
        ["exec", "web", "true"],
        ["stop", "web"],
        ["kill", "web"],
        ["rm", "-f", "web"],
        ["rename", "web", "mine"],
        ["restart", "web"],
        ["pause", "web"],
        ["update", "--memory", "64m", "web"],
        ["commit", "web", "mine"],
        ["cp", "/etc/hostname", "web:/tmp/x"],
        ["volume", "create", "mine"],
        ["tag", "box", "mine"],
        ["pull", "127.0.0.1:1/none"],
      ];
      for (const words of tries) refused(await docker(...words));
      expect(allowed(await stage().docker(cli, root, ["inspect", "-f", "{{.State.Running}}", "web"]))).toBe("true");
    });
  });

  it("still means the same container after a rename, and no other that takes its name", async () => {
    const { docker, id } = stage();
    const cli = newestDocker();
    const reader = allowed(await id(["create", "--op", "read", "--container-id", "web"]));
    allowed(await docker(cli, root, ["rename", "web", "elsewhere"]));
    allowed(await docker(cli, root, ["rename", "other", "web"]));
    refused(await docker(cli, reader, ["logs", "web"]));
    expect(allowed(await docker(cli, reader, ["logs", "elsewhere"]))).toBe("said by web");
  });
});
