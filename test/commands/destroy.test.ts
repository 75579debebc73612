import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { allowed, failed } from "../support/verdicts.ts";
import { onADesk, secret } from "./on-a-desk.ts";
import { startStubEngine } from "./stub-engine.ts";

onADesk("destroy", (desk) => {
  const state = async () => (JSON.parse(allowed(await desk().id(["status", "--json"]))) as { state: string }).state;
  beforeEach(async () => {
    if ((await state()) === "open") allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
  });

  it("does not go on where nobody can be asked and --yes is missing", async () => {
    failed(await desk().id(["destroy"]), 2, /--yes/);
    expect(await state()).toBe("guarded");
  });

  it("needs the root id", async () => {
    const narrow = allowed(await desk().id(["create", "--op", "read,write"]));
    failed(await desk().id(["destroy", "--yes"], { env: { DOCKER_ID_TOKEN: narrow } }), 3, /root/i);
    failed(await desk().id(["destroy", "--yes", "--id", "-"], { input: narrow }), 3);
    failed(await desk().id(["destroy", "--yes"], { env: { DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") } }), 4);
    expect(await state()).toBe("guarded");
  });

  it("ends the guard, forgets the void id, and says what still asks", async () => {
    const outcome = await desk().id(["destroy", "-y"]);
    allowed(outcome);
    expect(outcome.stderr).toMatch(/still asks docker-id/);
    expect(outcome.stderr).toMatch(/docker-id install --engine --uninstall/);
    expect(await state()).toBe("open");
    failed(await desk().id(["show"]), 4);
  });

  it("takes the root id that is given, and keeps what is kept for another key", async () => {
    const root = allowed(await desk().id(["show"]));
    const env = { DOCKER_ID_CONFIG_DIR: desk().workspace.path("elsewhere") };
    expect(
      JSON.parse(allowed(await desk().id(["destroy", "--yes", "--json", "--id", "-"], { env, input: root }))),
    ).toMatchObject({
      kid: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(await state()).toBe("open");
    expect(allowed(await desk().id(["show"]))).toBe(root);
    failed(await desk().id(["destroy", "--yes"]), 3, /not guarded/);
  });

  it("does not reach the verifier of another engine", async () => {
    const root = allowed(await desk().id(["show"]));
    const other = await startStubEngine(desk().workspace.path("other.sock"), "engine-two");
    const seen: (string | undefined)[] = [];
    other.admits = (id) => {
      seen.push(id);
      return true;
    };
    try {
      const outcome = await desk().id(["-H", other.host, "destroy", "--yes", "--id", "-"], { input: root });
      failed(outcome, 3, /guards the engine at/);
      expect(await state()).toBe("guarded");
      expect(seen.length, "the engine was asked which it is").toBeGreaterThan(0);
      expect(seen, "it was not shown the root id").not.toContain(root);
    } finally {
      await other.close();
    }
  });

  it("works as root without the verifier and without the id", async () => {
    const { verifier, workspace, engine } = desk();
    const places = [
      "--state-dir",
      verifier.stateDir,
      "--guarded-marker",
      verifier.marker,
      "--docker-host",
      engine.host,
    ];
    const env = { DOCKER_ID_CONFIG_DIR: workspace.path("empty") };
    failed(await desk().id(["destroy", "--offline", ...places]), 2, /--yes/);
    failed(await desk().id(["destroy", "--yes", "--state-dir", verifier.stateDir]), 2);
    await verifier.stop();
    expect(
      JSON.parse(allowed(await desk().id(["destroy", "--offline", "--yes", "--json", ...places], { env }))),
    ).toHaveProperty("kid");
    const last = readFileSync(join(verifier.stateDir, "audit.jsonl"), "utf8").trimEnd().split("\n").at(-1) ?? "";
    expect(JSON.parse(last)).toMatchObject({ door: "offline", action: "guard.destroy", verdict: "allowed" });
    await verifier.start();
    expect(await state()).toBe("open");
  });

  it("reads the verifier's own settings for that", async () => {
    const { verifier, workspace, engine } = desk();
    const config = workspace.path("verifier.yaml");
    writeFileSync(
      config,
      `state_dir: ${verifier.stateDir}\nguarded_marker: ${verifier.marker}\ndocker_host: ${engine.host}\n`,
    );
    allowed(await desk().id(["destroy", "--offline", "--yes", "--config", config]));
    expect(await state()).toBe("open");
    failed(await desk().id(["destroy", "--offline", "--yes", "--config", "/nowhere.yaml"]), 2);
  });
});
