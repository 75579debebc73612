import { existsSync, rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { newestDocker } from "../support/dockers.ts";
import { eachDocker, onStage } from "../support/on-stage.ts";
import { personOf, secret } from "../support/stage.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

onStage("the life of a guard", (stage) => {
  let root: string;
  let reader: string;
  const ps = (id?: string) => stage().docker(newestDocker(), id, ["ps"]);
  const state = async () => (JSON.parse(allowed(await stage().id(["status", "--json"]))) as { state: string }).state;
  const show = async () => allowed(await stage().id(["show"]));

  beforeAll(async () => {
    await stage().engine.importImage("box");
    allowed(await stage().id(["init", "--secret", secret]));
    root = await show();
    reader = allowed(await stage().id(["create", "--op", "read"]));
  });

  it("holds after the verifier restarts, is killed, and after dockerd restarts", async () => {
    const holds = async () => {
      refused(await ps());
      allowed(await ps(root));
      allowed(await ps(reader));
      refused(await stage().docker(newestDocker(), reader, ["volume", "create", "mine"]));
    };
    await holds();
    await stage().verifier.restart();
    await holds();
    await stage().verifier.kill9();
    await stage().verifier.start();
    await holds();
    await stage().engine.restart();
    await holds();
  });

  it("ends cleanly on SIGTERM", async () => {
    expect(await stage().verifier.stop()).toBe(0);
    await stage().verifier.start();
  });

  it("is refused by the engine itself while the verifier is away", async () => {
    await stage().verifier.stop();
    // One call: docker makes several, and the engine tries each for 15 s.
    const answer = await ask(stage().engine.socket, "GET", "/v1.41/containers/json", { id: root });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain("plugin");
    await stage().verifier.start();
    allowed(await ps(root));
  });

  it("gives a lost root id back for the right secret, and changes nothing", async () => {
    const { workspace, engine, verifier, id } = stage();
    const env = personOf(workspace, engine.host, verifier.admin, "successor");
    failed(await id(["show"], { env }), 4);
    failed(await id(["init", "--secret", "another"], { env }), 3);
    failed(await id(["show"], { env }), 4);
    allowed(await id(["init", "--secret", secret], { env }));
    const back = allowed(await id(["show"], { env }));
    allowed(await ps(back));
    allowed(await ps(root));
    allowed(await ps(reader));
    refused(await ps());
  });

  it("finds a wrong secret before anything is minted", async () => {
    const outcome = await stage().id(["create", "--secret", "another", "--op", "read"]);
    failed(outcome, 3, /secret/);
    expect(outcome.stdout).toBe("");
  });

  it("lets nobody but the root id destroy it", async () => {
    failed(await stage().id(["destroy", "--yes", "--id", reader]), 3);
    failed(await stage().id(["destroy", "--yes"], { env: { DOCKER_ID_TOKEN: reader } }), 3);
    failed(await stage().id(["destroy"]), 2, /--yes/);
    refused(await ps());
  });

  it("is destroyed by the root id, and Docker is as it was", async () => {
    const outcome = await stage().id(["destroy", "--yes"]);
    allowed(outcome);
    expect(outcome.stderr).toMatch(/still asks/);
    expect(outcome.stderr).toMatch(/uninstall/);
    expect(await state()).toBe("open");
    failed(await stage().id(["show"]), 4);
  });

  eachDocker((cli) => {
    it("lets everything pass then, with a stale id too", async () => {
      allowed(await stage().docker(cli, undefined, ["run", "--rm", "--network", "none", "box", "true"]));
      allowed(await stage().docker(cli, reader, ["run", "--rm", "--network", "none", "box", "true"]));
    });
  });

  it("stays open when the verifier restarts", async () => {
    await stage().verifier.restart();
    allowed(await ps());
    expect(await state()).toBe("open");
  });

  it("is guarded anew by another key, for which the old ids are nothing", async () => {
    allowed(await stage().id(["init", "--secret", secret]));
    refused(await ps(root));
    refused(await ps(reader));
    const anew = await show();
    expect(anew).not.toBe(root);
    allowed(await ps(anew));
    root = anew;
  });

  it("guards with a random key where there is no secret and nobody to ask, and says so", async () => {
    allowed(await stage().id(["destroy", "--yes"]));
    const outcome = await stage().id(["init"]);
    allowed(outcome);
    expect(outcome.stderr).toMatch(/random/);
    root = await show();
    allowed(await ps(root));
    failed(await stage().id(["create", "--op", "read", "--secret", secret]), 4, /random/);
  });

  it("goes on after a kill, whatever is asked of it meanwhile", async () => {
    await stage().verifier.kill9();
    await stage().verifier.start();
    allowed(await ps(root));
  });

  describe("when its state is gone", () => {
    it("refuses everything, the root id too, and says so", async () => {
      const { verifier } = stage();
      await verifier.stop();
      rmSync(verifier.stateDir, { recursive: true });
      expect(existsSync(verifier.marker)).toBe(true);
      await verifier.start();
      expect(await state()).toBe("unreadable");
      refused(await ps());
      refused(await ps(root));
      const outcome = await stage().id(["init", "--secret", secret]);
      expect(outcome.status).not.toBe(0);
      refused(await ps());
    });
  });
});
