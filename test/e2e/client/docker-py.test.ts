import { beforeAll, expect, it } from "vitest";
import { callBeside } from "../../support/beside.ts";
import { newestDocker } from "../../support/dockers.ts";
import { onStage } from "../../support/on-stage.ts";
import { run } from "../../support/run.ts";
import { secret } from "../../support/stage.ts";
import { allowed } from "../../support/verdicts.ts";

const script = new URL("../gateway/docker-py.py", import.meta.url).pathname;

onStage(
  "docker-py, unchanged",
  (stage) => {
    beforeAll(async () => {
      await stage().engine.importImage("box");
      allowed(await stage().id(["init", "--secret", secret]));
    });

    it("is refused without an id, and lives a container's life under one", async () => {
      const without = await run("/usr/bin/python3", [script], { env: stage().env });
      expect(without.stderr).toContain("403 Client Error");
      const outcome = await callBeside(stage().env, newestDocker(), ["exec", "--", "/usr/bin/python3", script]);
      expect(outcome.status, outcome.stderr).toBe(0);
      expect(outcome.stdout).toBe("done\n");
    });
  },
  { also: ["docker-py"] },
);
