import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Endpoint, findEndpoint } from "../../src/docker-cli/endpoint.ts";
import { ownContextName, removeOwnContext, writeOwnContext } from "../../src/docker-cli/own-context.ts";
import { dockers } from "../support/dockers.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const local: Endpoint = {
  name: "unix:///var/run/docker.sock",
  address: { transport: "unix", path: "/run/docker.sock" },
  local: true,
};
const far: Endpoint = {
  name: "tcp://engine:2376",
  address: { transport: "tcp", hostname: "engine", port: 2376, path: "" },
  tls: { ca: "/c/ca.pem", verify: true },
  context: "far",
  local: false,
};

describe("a docker context of a socket", () => {
  it("stands for the engine that is meant, also while nobody listens on the socket", async () => {
    await writeOwnContext(folder, "docker-id", "/run/user/1/id.sock", local);
    await writeOwnContext(folder, "docker-id-far", "/run/user/1/far.sock", far);
    expect(findEndpoint({ raw: [], config: folder, context: "docker-id" }, {})).toEqual({
      ...local,
      through: "/run/user/1/id.sock",
    });
    expect(findEndpoint({ raw: [] }, { DOCKER_CONFIG: folder, DOCKER_CONTEXT: "docker-id-far" })).toEqual({
      ...far,
      through: "/run/user/1/far.sock",
    });
  });

  it("is named for the context whose engine it stands for", () => {
    expect(ownContextName(local)).toBe("docker-id");
    expect(ownContextName(far)).toBe("docker-id-far");
  });

  it("is written again and taken away, and another's is left alone", async () => {
    await writeOwnContext(folder, "docker-id", "/one.sock", local);
    await writeOwnContext(folder, "docker-id", "/two.sock", local);
    expect(findEndpoint({ raw: [], config: folder, context: "docker-id" }, {}).through).toBe("/two.sock");
    expect(await removeOwnContext(folder, "docker-id")).toBe(true);
    expect(await removeOwnContext(folder, "docker-id")).toBe(false);
  });

  for (const { path, version } of dockers) {
    it(`is one that docker ${version} takes, and keeps what it does not know`, async () => {
      const docker = (...args: string[]) =>
        execFileSync(path, ["--config", folder, ...args], { encoding: "utf8", env: { HOME: folder }, stdio: "pipe" });
      await writeOwnContext(folder, "docker-id", "/run/user/1/id.sock", local);
      expect(docker("context", "ls", "--format", "{{.Name}} {{.DockerEndpoint}}")).toContain(
        "docker-id unix:///run/user/1/id.sock",
      );
      docker("context", "update", "docker-id", "--description", "another");
      expect(findEndpoint({ raw: [], config: folder, context: "docker-id" }, {}).name).toBe(local.name);
      docker("context", "use", "docker-id");
      expect(findEndpoint({ raw: [], config: folder }, {})).toMatchObject({ name: local.name });

      docker("context", "create", "other", "--docker", "host=unix:///other.sock");
      await expect(writeOwnContext(folder, "other", "/x.sock", local)).rejects.toMatchObject({ code: "conflict" });
      expect(await removeOwnContext(folder, "other")).toBe(false);
    });
  }
});
