import { beforeAll, expect, it } from "vitest";
import { newestDocker } from "../support/dockers.ts";
import { eachDocker, onStage } from "../support/on-stage.ts";
import { secret } from "../support/stage.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

onStage("an id for one image", (stage) => {
  let root: string;
  let full: string;
  let runner: string;

  beforeAll(async () => {
    const { id, engine } = stage();
    full = await engine.importImage("box");
    await engine.importImage("secret-box");
    allowed(await id(["init", "--secret", secret]));
    root = allowed(await id(["show"]));
    runner = allowed(await id(["create", "--image-id", "box"]));
  });

  it("carries the full id, given a name or the start of an id", async () => {
    const short = full.replace("sha256:", "").slice(0, 12);
    for (const called of ["box", "box:latest", short, full]) {
      const id = allowed(await stage().id(["create", "--image-id", called]));
      expect(allowed(await stage().id(["inspect", id]))).toContain(full.replace("sha256:", ""));
    }
    failed(await stage().id(["create", "--image-id", "nothing"]), 1, /nothing/);
  });

  it("takes several images, and layering leaves what all of them share", async () => {
    const { id, docker } = stage();
    const both = allowed(await id(["create", "--image-id", "box", "--image-id", "secret-box"]));
    const cli = newestDocker();
    // "any number of times, each layered on what the id already carries": two caveats agree on no image.
    refused(await docker(cli, both, ["run", "--rm", "--network", "none", "box", "true"]));
    const listed = allowed(await id(["create", "--image-id", "box,secret-box"]));
    for (const image of ["box", "secret-box"]) {
      allowed(await docker(cli, listed, ["run", "--rm", "--network", "none", image, "true"]));
    }
  });

  eachDocker((cli) => {
    const docker = (...args: string[]) => stage().docker(cli, runner, args);
    const words = ["--network", "none", "--stop-signal", "KILL"];

    it("runs it attached and removes what it ran", async () => {
      expect(allowed(await docker("run", "--rm", ...words, "box", "echo", "hi"))).toBe("hi");
      const piped = await stage().docker(cli, runner, ["run", "--rm", "-i", ...words, "box", "cat"], { input: "in" });
      expect(allowed(piped)).toBe("in");
    });

    it("runs it detached, and works with what it ran", async () => {
      const name = `ran-${cli.major}`;
      const ran = allowed(
        await docker("run", "-d", "--name", name, ...words, "box", "sh", "-c", "echo hi; sleep 1000"),
      );
      expect(ran).toMatch(/^[0-9a-f]{64}$/);
      allowed(await docker("inspect", name));
      allowed(await docker("logs", name));
      expect(allowed(await docker("exec", name, "echo", "inside"))).toBe("inside");
      allowed(await docker("stop", name));
      allowed(await docker("rm", name));
    });

    it("runs no other image and touches no container of another", async () => {
      const theirs = `theirs-${cli.major}`;
      allowed(
        await stage().docker(cli, root, ["run", "-d", "--name", theirs, ...words, "secret-box", "sleep", "1000"]),
      );
      refused(await docker("run", "--rm", ...words, "secret-box", "true"));
      for (const tried of [
        ["logs", theirs],
        ["exec", theirs, "true"],
        ["rm", "-f", theirs],
        ["container", "inspect", theirs],
      ]) {
        refused(await docker(...tried));
      }
      refused(await docker("run", "--rm", "--network", `container:${theirs}`, "box", "true"));
      refused(await docker("run", "--rm", ...words, "--volumes-from", theirs, "box", "true"));
      refused(await docker("run", "--rm", ...words, "--pid", `container:${theirs}`, "box", "true"));
      allowed(await stage().docker(cli, root, ["rm", "-f", theirs]));
    });

    it("does not follow a name that is moved to another image", async () => {
      const name = `moved-${cli.major}`;
      allowed(await stage().docker(cli, root, ["tag", "box", name]));
      const mover = allowed(await stage().id(["create", "--image-id", name]));
      allowed(await stage().docker(cli, root, ["tag", "secret-box", name]));
      refused(await stage().docker(cli, mover, ["run", "--rm", ...words, name, "true"]));
      refused(await stage().docker(cli, mover, ["tag", "secret-box", name]));
      allowed(await stage().docker(cli, mover, ["run", "--rm", ...words, "box", "true"]));
    });
  });
});
