import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEngine, type Engine } from "../support/engine.ts";
import { anEngine, needs } from "../support/needs.ts";
import { node } from "../support/node.ts";
import { run, type Outcome } from "../support/run.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry, startVerifier, type Verifier } from "../support/verifier.ts";
import { openWorkspace, type Workspace } from "../support/workspace.ts";

describe("install", () => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = openWorkspace();
  });
  afterAll(() => workspace.close());
  const id = (...args: string[]): Promise<Outcome> =>
    run(node, [entry, "install", ...args], { env: { DOCKER_CONFIG: workspace.path("docker config") } });

  it("makes docker id a command of the docker CLI, and takes it away again", async () => {
    const { plugin } = JSON.parse(allowed(await id("--json"))) as { plugin: string };
    expect(plugin).toBe(workspace.path("docker config", "cli-plugins", "docker-id"));
    expect(statSync(plugin).mode & 0o777).toBe(0o755);
    const told = await run(plugin, ["docker-cli-plugin-metadata"], { env: { PATH: "/nowhere" } });
    expect(JSON.parse(allowed(told))).toMatchObject({ SchemaVersion: "0.1.0" });
    expect(JSON.parse(allowed(await id("--uninstall", "--json")))).toEqual({ done: "removed" });
    expect(existsSync(plugin)).toBe(false);
    expect(allowed(await id("--uninstall"))).toMatch(/no docker id of ours/);
  });

  it("leaves alone what is not its own, and refuses what cannot mean anything", async () => {
    const { plugin } = JSON.parse(allowed(await id("--json"))) as { plugin: string };
    writeFileSync(plugin, "#!/bin/sh\n");
    failed(await id(), 3, /not docker-id's/);
    failed(await id("--system", "--engine"), 2);
    failed(await id("--daemon-config", "/x"), 2);
    failed(await id("--engine", "--authz", "tcp://127.0.0.1:1"), 2);
  });
});

const missing = needs(...anEngine);
const why =
  missing ?? (existsSync("/run/systemd/system") ? "systemd runs here; e2e/install has a host of its own" : undefined);

describe.skipIf(why !== undefined)(
  `install --engine where there is no systemd${why === undefined ? "" : `: ${why}`}`,
  () => {
    let workspace: Workspace;
    let engine: Engine;
    let verifier: Verifier;
    beforeAll(async () => {
      workspace = openWorkspace();
      engine = await startEngine(workspace);
      verifier = await startVerifier(workspace, { dockerHost: engine.host });
    });
    afterAll(() => workspace.close());

    const install = (...args: string[]): Promise<Outcome> => {
      const places = ["--docker-host", engine.host, "--authz", verifier.authz, "--admin", verifier.admin];
      const files = ["--daemon-config", engine.configFile, "--pid-file", workspace.path("engine", "pid")];
      return run(node, [entry, "install", "--engine", ...places, ...files, ...args]);
    };
    const settings = (): unknown => JSON.parse(readFileSync(engine.configFile, "utf8"));

    it("says what to run while no verifier answers, and tells the engine of nothing", async () => {
      const before = settings();
      await verifier.stop();
      const config = workspace.path("verifier.yaml");
      failed(await install("--config", config), 4, new RegExp(`serve --config ${config}`));
      expect(settings()).toEqual(before);
      await verifier.start();
    });

    it("guards an engine that runs, and goes back to how it was", async () => {
      const before = settings();
      expect(JSON.parse(allowed(await install("--json")))).toMatchObject({ done: "installed", guard: { live: true } });
      expect(settings()).toMatchObject({ "authorization-plugins": [workspace.plugin] });
      const status = await run(node, [entry, "status", "--json"], {
        env: {
          DOCKER_HOST: engine.host,
          DOCKER_ID_SERVER: verifier.admin,
          DOCKER_ID_CONFIG_DIR: workspace.path("client"),
        },
      });
      expect(JSON.parse(allowed(status))).toMatchObject({ verifier: { asked: true } });
      expect(JSON.parse(allowed(await install("--uninstall", "--json")))).toMatchObject({ done: "removed" });
      expect(settings()).toEqual(before);
    });

    it("writes what an engine that does not run will read when it starts", async () => {
      const before = settings();
      writeFileSync(workspace.path("none"), "not a pid");
      const places = ["--docker-host", engine.host, "--authz", verifier.authz, "--admin", verifier.admin];
      const files = ["--daemon-config", engine.configFile, "--pid-file", workspace.path("none")];
      const outcome = await run(node, [entry, "install", "--engine", "--json", ...places, ...files]);
      expect(JSON.parse(allowed(outcome))).toMatchObject({ guard: { live: false } });
      expect(settings()).not.toEqual(before);
    });
  },
);
