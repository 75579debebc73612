import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { eachDocker, onStage } from "../support/on-stage.ts";
import { secret } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

onStage("narrowing", (stage) => {
  let root: string;
  const create = async (...words: string[]) => allowed(await stage().id(["create", ...words]));

  beforeAll(async () => {
    const { id, engine } = stage();
    await engine.importImage("box");
    allowed(await id(["init", "--secret", secret]));
    root = allowed(await id(["show"]));
  });

  it("takes the default id, another one, or the root key, and prints nothing but the id", async () => {
    const made = [
      await create("--op", "read"),
      await create("--id", root, "--op", "read"),
      await create("--from", root, "--op", "read"),
      await create("--secret", secret, "--op", "read"),
    ];
    for (const id of made) {
      expect(id).toMatch(/^dkid_[\w-]+$/);
      expect(allowed(await stage().id(["inspect", id]))).toMatch(/op=read[\s\S]*link=\d+\.\w+/);
    }
    expect(new Set(made).size).toBe(made.length);
  });

  it("needs no engine and no verifier for what names nothing in the engine", async () => {
    const nowhere = { DOCKER_HOST: "unix:///nowhere/docker.sock", DOCKER_ID_SERVER: "unix:///nowhere/admin.sock" };
    const env = { ...nowhere, DOCKER_ID_TOKEN: root };
    allowed(await stage().id(["create", "--op", "read", "--expires", "60"], { env }));
    failed(await stage().id(["create", "--container-id", "web"], { env }), 1);
    const full = "a".repeat(64);
    allowed(await stage().id(["create", "--container-id", full, "--no-resolve"], { env }));
    failed(await stage().id(["create", "--container-id", "web", "--no-resolve"], { env }), 2);
  });

  it("cannot be asked for with a secret and an id at once", async () => {
    failed(await stage().id(["create", "--secret", secret, "--id", root, "--op", "read"]), 2);
  });

  eachDocker((cli) => {
    const as = (id: string, ...args: string[]) => stage().docker(cli, id, args);
    const ran = ["run", "--rm", "--network", "none", "box", "true"];

    it("leaves nothing but what all layers allow", async () => {
      const writer = await create("--op", "read", "--op", "write");
      refused(await as(writer, "images"));
      refused(await as(writer, ...ran));
      const either = await create("--op", "read,write");
      allowed(await as(either, "images"));
      allowed(await as(either, ...ran));
      const reader = await create("--id", either, "--op", "read");
      allowed(await as(reader, "images"));
      refused(await as(reader, ...ran));
      const widened = await create("--id", reader, "--op", "read,write");
      refused(await as(widened, ...ran));
    });

    it("expires", async () => {
      const brief = await create("--op", "read,write", "--expires", "2");
      // Whoever is slow may find it expired already: what is asked is that it works before and does not after.
      const shown = JSON.parse(allowed(await stage().id(["inspect", "--json", brief]))) as object;
      const [instant] = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(JSON.stringify(shown)) ?? [];
      const early = await as(brief, "version");
      if (Date.now() < Date.parse(instant ?? "")) allowed(early);
      await until("it expires", () => Date.now() > Date.parse(instant ?? ""));
      await sleep(50);
      refused(await as(brief, "images"), /expired|expires/);
      refused(await as(brief, "version"), /expired|expires/);
      const longer = await create("--id", brief, "--expires", "60");
      refused(await as(longer, "images"), /expired|expires/);
    });

    it("refuses an address that a plugin cannot see, and says so", async () => {
      const local = await create("--op", "read", "--ip", "127.0.0.1");
      refused(await as(local, "images"), /address/);
      const wide = await create("--op", "read", "--ip", "0.0.0.0/0,::/0");
      refused(await as(wide, "ps"), /address/);
    });

    it("is not undone by what a holder adds", async () => {
      const reader = await create("--op", "read", "--for", "a friend");
      const longer = await create("--id", reader, "--expires", "24h");
      allowed(await as(longer, "ps"));
      refused(await as(longer, ...ran));
    });
  });
});
