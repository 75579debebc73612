import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { node } from "../../support/node.ts";
import { run, type RunOptions } from "../../support/run.ts";
import { personOf } from "../../support/stage.ts";
import { allowed, failed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";
import { openWorkspace, type Workspace } from "../../support/workspace.ts";

const bin = dirname(entry);
const command = ["registry", "use"];

describe("registry use", () => {
  let workspace: Workspace;
  let env: Record<string, string>;
  /** Answers as a registry does to somebody without a token; `challenge` is what it says. */
  let registry: Server;
  let host: string;
  let challenge: string | undefined;
  beforeAll(async () => {
    workspace = openWorkspace();
    env = { ...personOf(workspace, "unix:///here.sock", "unix:///admin.sock"), PATH: `${bin}:${dirname(node)}` };
    registry = createServer((_, response) => {
      response.writeHead(401, challenge === undefined ? {} : { "www-authenticate": challenge }).end();
    }).listen(0, "127.0.0.1");
    await once(registry, "listening");
    host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    registry.close();
    await workspace.close();
  });

  const use = (args: readonly string[], options: RunOptions = {}) =>
    run(node, [entry, ...command, ...args], { ...options, env: { ...env, ...options.env } });
  const read = (path: string): unknown =>
    JSON.parse(readFileSync(workspace.path("person", ...path.split("/")), "utf8"));

  it("settles what the registry says of itself, and tells where ids will go", async () => {
    challenge = 'Bearer realm="http://door.example/auth",service="the registry"';
    const outcome = await use([host]);
    expect(allowed(outcome)).toContain("narrowed to the service the registry");
    expect(outcome.stderr).toContain('"http://door.example/auth"');
    expect(read("docker-id/config.json")).toMatchObject({
      registries: { [host]: { service: "the registry", engine: "unix:///here.sock" } },
    });
    expect(read(".docker/config.json")).toEqual({ credHelpers: { [host]: "docker-id" } });
  });

  it("settles what it is told, asking nobody, and for the engine that is meant", async () => {
    const args = ["https://Registry.Example.com/", "--service", "a,b%", "--expires", "1h", "--json"];
    const outcome = await run(node, [entry, "-H", "unix:///there.sock", ...command, ...args], { env });
    const settled = { service: "a,b%", engine: "unix:///there.sock", expires: "1h" };
    expect(JSON.parse(allowed(outcome))).toEqual({ done: "settled", host: "registry.example.com", settled });
    expect(read("docker-id/config.json")).toMatchObject({ registries: { "registry.example.com": settled } });
  });

  it("gives a registry no other one's ids for its word that it has the same service", async () => {
    challenge = 'Bearer realm="http://evil.example/auth",service="a,b%"';
    const outcome = await use([host]);
    expect(failed(outcome, 3)).toContain("registry.example.com");
    expect(outcome.stderr).toContain("--service 'a,b%'");
    expect(read("docker-id/config.json")).toMatchObject({ registries: { [host]: { service: "the registry" } } });
    allowed(await use([host, "--service", "a,b%"]));
  });

  it("takes it away again", async () => {
    expect(allowed(await use(["registry.example.com", "--remove"]))).toContain("given nothing");
    expect(read(".docker/config.json")).toEqual({ credHelpers: { [host]: "docker-id" } });
    expect(JSON.parse(allowed(await use(["registry.example.com", "--remove", "--json"])))).toMatchObject({
      done: "nothing",
    });
    allowed(await use([host, "--remove"]));
    expect(read(".docker/config.json")).toEqual({});
    expect(read("docker-id/config.json")).toMatchObject({ registries: {} });
  });

  it("warns of a login that is not used any more, and of a helper that docker would not find", async () => {
    writeFileSync(workspace.path("person", ".docker", "config.json"), JSON.stringify({ auths: { [host]: {} } }));
    const outcome = await use([host, "--service", "s"], { env: { PATH: dirname(node) } });
    allowed(outcome);
    expect(outcome.stderr).toMatch(/docker logout/);
    expect(outcome.stderr).toMatch(/docker-credential-docker-id on the PATH/);
    const again = await use([host, "--service", "s"]);
    expect(again.stderr).not.toMatch(/on the PATH/);
    allowed(await use([host, "--remove"]));
  });

  it("fails where the registry does not say, and changes nothing", async () => {
    const elsewhere = { env: { DOCKER_ID_CONFIG_DIR: workspace.path("nowhere"), DOCKER_CONFIG: workspace.path("no") } };
    for (const said of [undefined, 'Basic realm="r"', 'Bearer realm="http://x/auth"', 'Bearer service="s"']) {
      challenge = said;
      failed(await use([host], elsewhere), 1, /asks nobody for a token/);
    }
    failed(await use(["127.0.0.1:1"], elsewhere), 1, /does not listen/);
    failed(await use(["user@host"], elsewhere), 2, /named as images name it/);
    for (const hub of ["docker.io", "https://index.docker.io/v1/", "registry-1.docker.io:443"])
      failed(await use([hub, "--service", "s"], elsewhere), 2, /Docker Hub/);
    failed(await use([host, "--service", "s", "--expires", "never"], elsewhere), 2, /time is written/);
    failed(await use([host, "--service", "s\u009B"], elsewhere), 2, /cannot be shown/);
    failed(await use([host, "--service", ""], elsewhere), 2);
    failed(await use([], elsewhere), 2);
    expect([existsSync(workspace.path("nowhere")), existsSync(workspace.path("no"))]).toEqual([false, false]);
  });

  it("leaves another helper in its place", async () => {
    const path = workspace.path("person", ".docker", "config.json");
    writeFileSync(path, JSON.stringify({ credHelpers: { [host]: "pass" } }));
    failed(await use([host, "--service", "s"]), 3, /another helper/);
    expect(read(".docker/config.json")).toEqual({ credHelpers: { [host]: "pass" } });
  });
});
