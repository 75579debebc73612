import { beforeAll, describe, expect, it } from "vitest";
import { dockers } from "../../support/dockers.ts";
import { onStage } from "../../support/on-stage.ts";
import { secret } from "../../support/stage.ts";
import { allowed } from "../../support/verdicts.ts";

// Before 23 docker asks no plugin for completions.
const cli = dockers.find(({ major }) => major >= 23);

onStage(
  `docker's own completion of docker id${cli === undefined ? " (it needs a docker CLI of 23 or later)" : ""}`,
  (stage) => {
    /** What docker tells a shell that may stand in place of the last word. */
    const complete = async (...words: string[]) => {
      if (cli === undefined) throw new Error("there is no such docker");
      const { stdout } = await stage().docker(cli, undefined, ["__complete", ...words]);
      return stdout
        .trim()
        .split("\n")
        .map((line) => line.replace(/\t.*/, ""));
    };

    beforeAll(async () => {
      if (cli === undefined) return;
      await stage().engine.importImage("box:one");
      allowed(await stage().id(["install"]));
      allowed(await stage().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
      const root = allowed(await stage().id(["show"]));
      allowed(await stage().docker(cli, root, ["create", "--name", "web", "--network", "none", "box:one", "true"]));
    });

    describe.skipIf(cli === undefined)("offers", () => {
      it("the commands, flags and values of docker-id", async () => {
        expect(await complete("id", "cr")).toEqual(["create", ":4"]);
        expect(await complete("id", "create", "--exp")).toEqual(["--expires", ":4"]);
        expect(await complete("id", "create", "--op", "w")).toEqual(["write", ":4"]);
        expect(await complete("id", "--create", "--preset", "read")).toEqual(["read-only", ":4"]);
      });

      it("names of a guarded engine, asked with the default id", async () => {
        expect(await complete("id", "create", "--container-id", "")).toEqual(["web", ":4"]);
        expect(await complete("id", "create", "--image-id", "bo")).toEqual(["box:one", ":4"]);
      });

      it("nothing, and without a word, where the id may not ask", async () => {
        const narrow = allowed(await stage().id(["create", "--op", "write"]));
        const env = { DOCKER_ID_TOKEN: narrow };
        if (cli === undefined) return;
        const outcome = await stage().docker(cli, undefined, ["__complete", "id", "create", "--container-id", ""], {
          env,
        });
        expect(outcome.stdout.trim()).toBe(":4");
        expect(outcome.stderr).not.toContain("authorization");
      });
    });
  },
);
