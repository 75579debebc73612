import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callBeside } from "../../support/beside.ts";
import { makeAuthority } from "../../support/certificates.ts";
import { dockers, newestDocker } from "../../support/dockers.ts";
import { freePort } from "../../support/free-port.ts";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine } from "../../support/needs.ts";
import { node } from "../../support/node.ts";
import { suite } from "../../support/on-stage.ts";
import { run } from "../../support/run.ts";
import { personOf } from "../../support/stage.ts";
import { allowed, failed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";
import { playBasics, takeSeat } from "./at-terminal.ts";

suite("docker-id before a gateway over TLS", [...anEngine, "openssl"], () => {
  let stage: GatewayStage;
  let env: Readonly<Record<string, string>>;
  let host: string;
  const id = async (args: readonly string[], input?: string) =>
    await run(node, [entry, ...args], { env, ...(input === undefined ? {} : { input }) });
  const beside = async (args: readonly string[]) => await callBeside(env, newestDocker(), args);

  beforeAll(async () => {
    host = `tcp://127.0.0.1:${freePort()}`;
    stage = await openGatewayStage({
      withoutPlugin: true,
      flags: (workspace) => {
        for (const folder of ["tls", "trusted"]) mkdirSync(workspace.path(folder));
        const authority = makeAuthority(workspace.path("tls"));
        const { certificate, key } = authority.issue("gateway", "/CN=gateway");
        copyFileSync(authority.certificate, workspace.path("trusted", "ca.pem"));
        return ["--gateway", host, "--gateway-certificate", certificate, "--gateway-key", key];
      },
    });
    const { DOCKER_ID_SERVER: _far, ...person } = personOf(stage.workspace, host, "", "far");
    env = { ...person, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: stage.workspace.path("trusted") };
    const narrow = await stage.narrow("--scope", "*:*:write", "--expires", "1h");
    writeFileSync(stage.workspace.path("id.txt"), narrow, { mode: 0o600 });
    allowed(await id(["set", "-"], narrow));
  });
  afterAll(() => stage?.close());

  it("keeps an id for it, and speaks of it where docker's flags name it", async () => {
    allowed(await id(["install"]));
    const here = { ...env, DOCKER_HOST: stage.engine.host };
    const kept = allowed(await id(["show"]));
    for (const cli of dockers) {
      const docker = async (...args: string[]) => await run(cli.path, args, { env: here });
      failed(await docker("id", "show"), 4);
      expect(allowed(await docker("-H", host, "id", "show"))).toBe(kept);
      const made = allowed(await docker("-H", host, "id", "create", "--image-id", "box", "--json"));
      expect(made).toMatch(/"image_id=sha256%3A[0-9a-f]{64}"/);
      expect(allowed(await docker("-H", host, "id", "ls"))).toContain(host);
      // Nor is the verifier at hand taken for that engine's
      failed(await docker("-H", host, "id", "destroy", "--yes"), 4, /verifier/);
    }
  });

  it("is spoken with by a docker context that trusts it", async () => {
    const whole = { ...env, DOCKER_HOST: "", DOCKER_TLS_VERIFY: "", DOCKER_CERT_PATH: "" };
    const where = `host=${host},ca=${stage.workspace.path("trusted", "ca.pem")}`;
    allowed(await run(newestDocker().path, ["context", "create", "far", "--docker", where], { env: whole }));
    const far = async (...args: readonly string[]) =>
      await callBeside(whole, newestDocker(), ["--context", "far", ...args]);
    expect(allowed(await far("show"))).toBe(allowed(await id(["show"])));
    allowed(await far("docker", "ps"));
  });

  it("serves docker, and dockerode unchanged but for DOCKER_HOST", async () => {
    expect((await run(newestDocker().path, ["ps"], { env })).status).not.toBe(0);
    allowed(await beside(["docker", "ps"]));
    const script = new URL("dockerode-life.js", import.meta.url).pathname;
    expect(allowed(await beside(["exec", "--", node, script]))).toBe("lived");
  });

  it("carries 100 MB through docker run -i", async () => {
    const bytes = 100 * 1024 * 1024;
    const line = `head -c ${bytes} /dev/zero | "$0" "$1" docker run -i --rm --network none box cat | wc -c`;
    const counted = await run("sh", ["-c", line, node, entry], {
      env: { ...env, PATH: `${newestDocker().path.replace(/\/docker$/, "")}:/usr/bin:/bin` },
    });
    expect(Number(counted.stdout), counted.stderr).toBe(bytes);
  });

  for (const shell of ["bash", "zsh"] as const) {
    suite(`in ${shell}, under a terminal`, [shell, "tmux"], () => {
      playBasics(takeSeat(shell, () => ({ workspace: stage.workspace, env })));
    });
  }

  describe("with an id that was narrowed to its own things", () => {
    it("sees nothing of the others'", async () => {
      const ci = await stage.narrow("--preset", "ci");
      allowed(await id(["set", "--as", "ci", "-"], ci));
      allowed(await beside(["docker", "create", "--network", "none", "--name", "others", "box", "true"]));
      expect(allowed(await beside(["docker", "ps", "-a", "--as", "ci", "--format", "{{.Names}}"]))).toBe("");
      allowed(await beside(["docker", "rm", "others"]));
    });
  });
});
