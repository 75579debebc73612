import { beforeAll, expect, it } from "vitest";
import { type Docker, newestDocker } from "../support/dockers.ts";
import { eachDocker, onStage } from "../support/on-stage.ts";
import { secret } from "../support/stage.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

onStage("docker id, as the proposal of 2015 spells it", (stage) => {
  /** `docker id …`, with no id in docker's own headers. */
  const dockerId = (cli: Docker, ...words: string[]) => stage().docker(cli, undefined, ["id", ...words]);

  beforeAll(async () => {
    await stage().engine.importImage("box");
    allowed(await stage().id(["install"]));
  });

  eachDocker((cli) => {
    it("is a command of docker, with its help", async () => {
      expect(allowed(await stage().docker(cli, undefined, ["--help"]))).toMatch(/^\s+id\*?\s+\S/m);
      expect(allowed(await dockerId(cli, "--help"))).toMatch(/init/);
      expect(allowed(await stage().docker(cli, undefined, ["help", "id"]))).toMatch(/init/);
    });

    it("guards, shows, narrows, sets and destroys", async () => {
      const docker = (id: string | undefined, ...words: string[]) => stage().docker(cli, id, words);
      allowed(await dockerId(cli, "--init", "--secret", secret));
      const root = allowed(await dockerId(cli, "--show"));
      expect(root).toMatch(/^dkid_[\w-]+$/);
      refused(await docker(undefined, "ps"));
      const words = ["--network", "none", "--stop-signal", "KILL", "box", "sh", "-c", "echo said; sleep 1000"];
      const container = allowed(await docker(root, "run", "-d", ...words));

      const created = await dockerId(cli, "--create", "--secret", secret, "--op", "read", "--container-id", container);
      const reader = allowed(created);
      allowed(await docker(reader, "inspect", container));
      refused(await docker(reader, "exec", container, "true"));

      allowed(await dockerId(cli, "--set", reader));
      expect(allowed(await dockerId(cli, "--show"))).toBe(reader);
      const narrower = allowed(await dockerId(cli, "--create", "--expires", "60"));
      allowed(await docker(narrower, "inspect", container));
      failed(await dockerId(cli, "--destroy", "--yes"), 3);

      allowed(await dockerId(cli, "--set", root));
      allowed(await docker(root, "rm", "-f", container));
      allowed(await dockerId(cli, "--destroy", "--yes"));
      allowed(await docker(undefined, "ps"));
    });

    it("speaks to the engine that docker's own flags name", async () => {
      const elsewhere = ["-H", "unix:///nowhere/docker.sock", "id", "show"];
      failed(await stage().docker(cli, undefined, elsewhere), 4);
    });

    it("gives docker the exit status", async () => {
      failed(await dockerId(cli, "create", "--op", "execute"), 2, /\bop\b/);
    });
  });

  it("is taken away again", async () => {
    allowed(await stage().id(["install", "--uninstall"]));
    expect((await dockerId(newestDocker(), "--show")).status).not.toBe(0);
  });
});
