import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { node } from "../support/node.ts";
import { run, type RunOptions } from "../support/run.ts";
import { until } from "../support/until.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";

const command = new URL("../../bin/docker-id", import.meta.url).pathname;

onADesk("docker-id exec", (desk) => {
  let root: string;
  const exec = async (args: readonly string[], options: RunOptions = {}) =>
    await run(command, args, {
      ...options,
      env: { ...desk().env, PATH: `${node.replace(/\/node$/, "")}:/usr/bin:/bin`, ...options.env },
    });
  const sh = async (script: string, options: RunOptions = {}) =>
    await exec(["exec", "--", "sh", "-c", script], options);

  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    root = allowed(await desk().id(["show"]));
    desk().engine.admits = (presented) => presented === root;
  });

  it("gives the program a socket that only this user may open, and that is gone with it", async () => {
    const host = allowed(
      await sh('echo "$DOCKER_HOST"; stat -c %a "${DOCKER_HOST#unix://}" "$(dirname "${DOCKER_HOST#unix://}")"'),
    );
    const [address = "", mode, folderMode] = host.split("\n");
    expect([mode, folderMode]).toEqual(["600", "700"]);
    const folder = dirname(address.slice("unix://".length));
    await until("the folder is gone", () => !existsSync(folder));
  });

  it("puts it below XDG_RUNTIME_DIR, where that is this user's alone", async () => {
    const runtime = desk().workspace.path("run-user");
    mkdirSync(runtime, { mode: 0o700 });
    const address = async () => allowed(await sh('echo "$DOCKER_HOST"', { env: { XDG_RUNTIME_DIR: runtime } }));
    expect(await address()).toContain(`unix://${runtime}/docker-id/exec-`);
    expect(statSync(`${runtime}/docker-id`).mode & 0o777).toBe(0o700);
    chmodSync(runtime, 0o755);
    expect(await address()).not.toContain(runtime);
  });

  describe("is the program", () => {
    it.each([0, 1, 125, 126, 127, 137])("in its status: %i", async (status) => {
      expect((await sh(`exit ${status}`)).status).toBe(status);
    });
    it("in being missing, or no program", async () => {
      expect((await exec(["exec", "--", "/nowhere/program"])).status).toBe(127);
      const file = desk().workspace.path("no-program");
      writeFileSync(file, "");
      expect((await exec(["exec", "--", file])).status).toBe(126);
    });
    it("in the signals that it was started to ignore, and in no others", async () => {
      const ignored = allowed(
        await run("sh", ["-c", `trap "" HUP; exec "$0" exec -- grep SigIgn /proc/self/status`, command], {
          env: { ...desk().env, PATH: `${node.replace(/\/node$/, "")}:/usr/bin:/bin` },
        }),
      );
      expect(ignored).toMatch(/0*1$/);
    });
    it("in what else was opened for it", async () => {
      const told = allowed(
        await run("bash", ["-c", `"$0" exec -- cat /dev/fd/3 <(echo substituted) 3<<<"a string"`, command], {
          env: { ...desk().env, PATH: `${node.replace(/\/node$/, "")}:/usr/bin:/bin` },
        }),
      );
      expect(told).toBe("a string\nsubstituted");
    });
    it("in its input and its end", async () => {
      expect((await sh("cat; echo done", { input: "in" })).stdout).toBe("indone\n");
    });
  });

  it("inside of another stays under that one's id, unless it is told another", async () => {
    const reader = allowed(await desk().id(["create", "--op", "read"]));
    const presented: (string | undefined)[] = [];
    desk().engine.admits = (each) => {
      presented.push(each);
      return true;
    };
    const ping = `curl -s --unix-socket "\${DOCKER_HOST#unix://}" http://d/_ping`;
    const inner = `${command} exec -- sh -c '${ping}'; ${command} exec --as reader -- sh -c '${ping}'; ${command} show`;
    allowed(await desk().id(["set", "--as", "reader", "-"], { input: reader }));
    presented.length = 0;
    const narrow = allowed(await desk().id(["create", "--op", "read", "--expires", "60"]));
    const told = allowed(await exec(["exec", "--id", "-", "--", "sh", "-c", inner], { input: narrow }));
    desk().engine.admits = (each) => each === root;
    expect(presented).toEqual([narrow, reader]);
    // Ids are kept for the engine, whatever stands before it
    expect(told.endsWith(root)).toBe(true);
  });

  it("is misused without --, or a command", async () => {
    failed(await exec(["exec", "ls"]), 2, /after --/);
    failed(await exec(["exec", "--"]), 2, /after --/);
  });
});
