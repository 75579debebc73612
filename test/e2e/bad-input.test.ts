import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { newestDocker } from "../support/dockers.ts";
import { startEngine } from "../support/engine.ts";
import { node } from "../support/node.ts";
import { onStage } from "../support/on-stage.ts";
import { asNobody, run } from "../support/run.ts";
import { personOf, secret } from "../support/stage.ts";
import { entry, startVerifier } from "../support/verifier.ts";
import { openWorkspace } from "../support/workspace.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

onStage("bad input", (stage) => {
  let root: string;
  const id = (words: string[], env: Record<string, string> = {}) => stage().id(words, { env });
  const present = (token: string) => stage().docker(newestDocker(), token, ["ps"]);
  const create = async (...words: string[]) => allowed(await id(["create", ...words]));

  beforeAll(async () => {
    await stage().engine.importImage("box");
  });

  it("does not init with an empty secret, from anywhere", async () => {
    failed(await id(["init", "--secret", ""]), 2, /empty|secret/);
    failed(await id(["init"], { DOCKER_ID_SECRET: "" }), 2, /empty|secret/);
    failed(await stage().id(["init", "--secret", "-"], { input: "\n" }), 2, /empty|secret/);
    const status = JSON.parse(allowed(await id(["status", "--json"]))) as { state: string };
    expect(status.state).toBe("open");
  });

  it("inits with the secret from stdin, after all that", async () => {
    allowed(await stage().id(["init", "--secret", "-"], { input: `${secret}\n` }));
    root = allowed(await id(["show"]));
  });

  const values: readonly (readonly [string, RegExp, ...string[]])[] = [
    ["an op that is none", /\bop\b/, "--op", "execute"],
    ["no time at all", /0|time|expires/i, "--expires", "0"],
    ["a time before now", /-5|expires/i, "--expires=-5"],
    ["a time that is none", /time/, "--expires", "soon"],
    ["an address that is none", /address/, "--ip", "300.1.1.1"],
    ["a network that is none", /prefix/, "--ip", "10.0.0.0/33"],
    ["an empty op", /op/, "--op", ""],
    ["a flag that is none", /colour/, "--colour", "red"],
    ["a scope that is none", /scope/, "--scope", "container"],
  ];
  for (const [what, why, ...words] of values) {
    it(`mints nothing for ${what}`, async () => {
      const outcome = await id(["create", ...words]);
      failed(outcome, 2, why);
      expect(outcome.stdout).toBe("");
    });
  }

  describe("a token", () => {
    it("is refused truncated, extended, and altered in any character", async () => {
      const good = await create("--op", "read");
      const bad = [good.slice(0, -1), good.slice(0, -4), `${good}A`, `${good}AAAA`, good.slice(5), `${good}=`];
      for (let at = 5; at < good.length; at += 7) {
        bad.push(good.slice(0, at) + (good[at] === "A" ? "B" : "A") + good.slice(at + 1));
      }
      bad.push(
        good.replace("dkid_", "dkie_"),
        good.replaceAll("-", "+").replaceAll("_", "/"),
        ` ${good}x`,
        "dkid_",
        "x",
      );
      for (const token of bad) {
        if (token === good) continue;
        const answer = await ask(stage().engine.socket, "GET", "/v1.41/containers/json", { id: token });
        // The bare spelling without the prefix is the same macaroon, and read as such.
        const same = token === good.slice(5);
        expect([token === good, answer.status]).toEqual([false, same ? 200 : 403]);
        if (token.length > 20) expect(answer.text).not.toContain(token.slice(8));
      }
      allowed(await present(good));
    });

    it("is refused with 65 caveats or of 9 KiB, and neither is minted", async () => {
      const many = Array.from({ length: 65 }, () => ["--op", "read"]).flat();
      failed(await id(["create", ...many]), 2, /64|caveats/);
      const long = Array.from({ length: 40 }, () => ["--for", "x".repeat(250)]).flat();
      failed(await id(["create", "--op", "read", ...long]), 2);
      const answer = await ask(stage().engine.socket, "GET", "/v1.41/images/json", { id: `dkid_${"A".repeat(9216)}` });
      expect(answer.status).toBe(403);
    });

    it("is refused by set and inspect when it is none", async () => {
      for (const command of ["set", "inspect"]) {
        const outcome = await id([command, "dkid_nonsense"]);
        failed(outcome, 2);
        expect(outcome.stderr).not.toContain("nonsense");
      }
    });

    it("of another engine is refused", async () => {
      const other = openWorkspace();
      try {
        const verifier = await startVerifier(other, { dockerHost: stage().engine.host });
        const env = personOf(other, stage().engine.host, verifier.admin);
        allowed(await stage().id(["init", "--secret", secret], { env }));
        const theirs = allowed(await stage().id(["show"], { env }));
        refused(await present(theirs));
      } finally {
        await other.close();
      }
    });
  });

  it("says what is missing: no id, no verifier, no engine", async () => {
    const { workspace, engine, verifier } = stage();
    const nobody = personOf(workspace, engine.host, verifier.admin, "nobody");
    failed(await id(["show"], nobody), 4, /id/);
    failed(await id(["create", "--op", "read"], nobody), 4);
    const gone = { DOCKER_ID_SERVER: "unix:///nowhere/admin.sock" };
    failed(await id(["destroy", "--yes"], gone), 4);
    failed(await id(["init", "--secret", secret], { ...nobody, ...gone }), 4);
    failed(await id(["log"], gone), 4);
    failed(await id(["create", "--container-id", "web"], { DOCKER_HOST: "unix:///nowhere/docker.sock" }), 4);
  });

  it("changes nothing at a verifier that guards another engine", async () => {
    const other = openWorkspace();
    try {
      const engine = await startEngine(other);
      const env = personOf(other, engine.host, stage().verifier.admin);
      const outcome = await stage().id(["destroy", "--yes"], { env: { ...env, DOCKER_ID_TOKEN: root } });
      failed(outcome, 3, /guards the engine at/);
      refused(await stage().docker(newestDocker(), undefined, ["ps"]));
      allowed(await stage().docker(newestDocker(), root, ["ps"]));
    } finally {
      await other.close();
    }
  });

  it("tells who has no right to the admin socket", async (context) => {
    const { workspace, env } = stage();
    const [setpriv = "", ...nobody] = asNobody;
    if ((await run(setpriv, [...nobody, "true"])).status !== 0) context.skip("it needs setpriv, and its capability");
    const home = workspace.path("outsider");
    mkdirSync(home);
    chmodSync(home, 0o777);
    const outcome = await run(setpriv, [...nobody, node, entry, "status"], {
      env: { ...env, HOME: home, DOCKER_ID_CONFIG_DIR: `${home}/config` },
    });
    expect(outcome.status).toBe(4);
    expect(outcome.stderr).toMatch(/right|permi|may not|group/i);
  });

  it("refuses everything when the state is corrupt, and is never open", async () => {
    const { verifier } = stage();
    await verifier.stop();
    const found = await run("find", [verifier.stateDir, "-type", "f", "-size", "+0"]);
    for (const file of found.stdout.trim().split("\n")) writeFileSync(file, "garbage".repeat(2000));
    await verifier.start();
    refused(await stage().docker(newestDocker(), undefined, ["ps"]));
    refused(await stage().docker(newestDocker(), root, ["ps"]));
    expect(JSON.parse(allowed(await id(["status", "--json"])))).toMatchObject({ state: "unreadable" });
  });
});
