import { afterAll, beforeAll, expect, it } from "vitest";
import { mint } from "../../../src/macaroon/mint.ts";
import { formatIdentifier } from "../../../src/macaroon/identifier.ts";
import { serialize } from "../../../src/macaroon/serialize.ts";
import { node } from "../../support/node.ts";
import { suite } from "../../support/on-stage.ts";
import type { Outcome } from "../../support/run.ts";
import { startSystemdHost, type SystemdHost } from "../../support/systemd-host.ts";
import { until } from "../../support/until.ts";
import { allowed, failed } from "../../support/verdicts.ts";
import { command } from "../../support/beside.ts";

const id = serialize(
  mint({
    rootKey: new Uint8Array(32).fill(7),
    identifier: formatIdentifier({ kid: "0".repeat(32), nonce: "1".repeat(32) }),
  }),
);

/** As much of an engine as `docker version` asks for, for whoever has the id. */
const engine = `
require("node:http").createServer((request, response) => {
  const known = request.headers["x-docker-id"] === ${JSON.stringify(id)};
  response.writeHead(known ? 200 : 403, { "content-type": "application/json", "api-version": "1.41" });
  response.end(request.method === "HEAD" ? "" : JSON.stringify(known ? { Version: "stub-1", ApiVersion: "1.41" } : { message: "no" }));
}).listen("/run/engine.sock");
`;

suite("docker-id install --context, on a host with systemd", ["root", "mounts", "systemd", "docker"], () => {
  let host: SystemdHost;
  const env = {
    XDG_RUNTIME_DIR: "/run/user/0",
    HOME: "/run/home",
    DOCKER_ID_KEYCHAIN: "file",
    PATH: `${node.replace(/\/node$/, "")}:/usr/local/bin:/usr/bin:/bin:/usr/sbin`,
  };
  const sh = async (line: string, more: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
    await host.sh(line, { ...env, ...more });
  const dockerId = async (words: string, more?: Readonly<Record<string, string>>) =>
    await sh(`${command} ${words}`, more);

  beforeAll(async () => {
    host = await startSystemdHost();
    allowed(await sh("mkdir -p /run/home && mkdir -p -m 700 /run/user/0"));
    allowed(await sh(`systemd-run --unit=engine ${node} -e '${engine.replaceAll("\n", " ")}'`));
    // What logind does when somebody logs in
    const manager = "-p Delegate=yes -p Type=notify -E XDG_RUNTIME_DIR=/run/user/0 -E HOME=/run/home";
    allowed(await sh(`systemd-run --unit=person ${manager} /lib/systemd/systemd --user`));
    allowed(await sh(`printf %s ${id} | ${command} -H unix:///run/engine.sock set -`));
  });
  afterAll(() => host?.close());

  it("makes a context by which plain docker has the default id, and goes on when docker-id is killed", async () => {
    const installed = allowed(await dockerId("-H unix:///run/engine.sock install --context"));
    expect(installed).toContain("docker context use docker-id");
    const version = "docker --context docker-id version --format '{{.Server.Version}}'";
    expect(allowed(await sh(version))).toBe("stub-1");
    expect(allowed(await sh("stat -c %a /run/user/0/docker-id/docker-id.sock"))).toBe("600");
    allowed(await sh("systemctl --user kill --signal=KILL docker-id"));
    await until("it is there again", async () => (await sh(version)).stdout.trim() === "stub-1");
  });

  it("shows no id in what systemd keeps", async () => {
    const kept = await sh("cat /run/home/.config/systemd/user/docker-id.service; systemctl --user show docker-id");
    expect(allowed(kept)).toContain("docker-id");
    expect(kept.stdout).not.toContain("dkid_");
  });

  it("leaves docker-id speaking of the engine itself, once the context is the current one", async () => {
    allowed(await sh("docker context use docker-id"));
    expect(allowed(await dockerId("show"))).toBe(id);
    allowed(await dockerId("install --context"));
    expect(allowed(await sh("docker version --format '{{.Server.Version}}'"))).toBe("stub-1");
  });

  it("is taken away again", async () => {
    const gone = await dockerId("install --context --uninstall");
    allowed(gone);
    expect(gone.stderr).toContain("docker context use default");
    allowed(await sh("docker context use default"));
    expect((await sh("systemctl --user is-active docker-id")).stdout.trim()).not.toBe("active");
    expect((await sh("docker --context docker-id version")).status).not.toBe(0);
    expect(allowed(await sh("ls /run/home/.config/systemd/user"))).not.toContain("docker-id.service");
  });

  it("says what to run, where no systemd runs services for the user", async () => {
    const outcome = await dockerId("-H unix:///run/engine.sock install --context", { XDG_RUNTIME_DIR: "" });
    allowed(outcome);
    const [, line = ""] = /is there while this runs: (.*)/.exec(outcome.stderr) ?? [];
    allowed(await sh(`systemd-run --unit=keeper -E HOME=/run/home -E DOCKER_ID_KEYCHAIN=file ${line}`));
    await until("docker has the default id", async () => {
      const said = await sh("docker --context docker-id version --format '{{.Server.Version}}'");
      return said.stdout.trim() === "stub-1";
    });
    failed(await dockerId("install --context --engine"), 2);
  });
});
