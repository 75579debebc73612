import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, makeAuthority, type Pair } from "../../support/certificates.ts";
import { type Docker, dockers, newestDocker } from "../../support/dockers.ts";
import { freePort } from "../../support/free-port.ts";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine, needs } from "../../support/needs.ts";
import { suite } from "../../support/on-stage.ts";
import { type Outcome, run } from "../../support/run.ts";
import { until } from "../../support/until.ts";

suite("the gateway's TLS", [...anEngine, "openssl"], () => {
  let stage: GatewayStage;
  let authority: Authority;
  let laptop: Pair;
  let phone: Pair;
  const port = freePort();
  const used = (name: string): string => stage.workspace.path("tls", `used.${name}`);

  beforeAll(async () => {
    stage = await openGatewayStage({
      withoutPlugin: true,
      flags: (workspace) => {
        const folder = workspace.path("tls");
        mkdirSync(folder);
        authority = makeAuthority(folder);
        [laptop, phone] = [authority.issue("laptop", "/CN=laptop"), authority.issue("phone", "/CN=phone")];
        const own = authority.issue("gateway", "/CN=gateway");
        copyFileSync(own.certificate, `${folder}/used.certificate`);
        copyFileSync(own.key, `${folder}/used.key`);
        copyFileSync(authority.certificate, `${folder}/used.ca`);
        const files = ["--gateway-certificate", `${folder}/used.certificate`, "--gateway-key", `${folder}/used.key`];
        return ["--gateway", `tcp://127.0.0.1:${port}`, ...files, "--gateway-client-ca", `${folder}/used.ca`];
      },
    });
  });
  afterAll(() => stage?.close());

  const docker = (cli: Docker, id: string, shown: Pair | undefined, ...args: readonly string[]): Promise<Outcome> => {
    const pair = shown === undefined ? [] : ["--tlscert", shown.certificate, "--tlskey", shown.key];
    const tls = ["--tlsverify", "--tlscacert", authority.certificate, ...pair];
    return run(cli.path, ["-H", `tcp://127.0.0.1:${port}`, ...tls, ...args], {
      env: { DOCKER_CONFIG: stage.workspace.dir, HOME: stage.workspace.dir, ...stage.carry(cli, id) },
    });
  };

  describe.each(dockers)("with docker $version and --tlsverify", (cli) => {
    it("serves whoever shows a certificate of its authority, and nobody else", async () => {
      expect(await docker(cli, stage.root, laptop, "ps")).toMatchObject({ status: 0 });
      expect(await docker(cli, stage.root, undefined, "ps")).not.toMatchObject({ status: 0 });
      const stranger = makeAuthority(stage.workspace.path("tls"), "other").issue("stranger", "/CN=laptop");
      expect(await docker(cli, stage.root, stranger, "ps")).not.toMatchObject({ status: 0 });
    });

    it.each([
      ["its name", () => "cn:laptop"],
      ["its digest", () => `sha256:${digestOf(laptop)}`],
    ])("holds an id to the certificate of its holder by %s", async (_, peer) => {
      const id = await stage.narrow("--peer", peer(), "--scope", "*:*:write");
      const args = ["run", "--rm", "--network", "none", "box", "echo", "through"];
      expect(await docker(cli, id, laptop, ...args)).toMatchObject({ status: 0, stdout: "through\n" });
      const refused = await docker(cli, id, phone, "ps");
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain("peer=");
      // Over the unix socket there is no certificate at all
      expect((await stage.docker(cli, id, ["ps"])).stderr).toContain("peer=");
    });
  });

  const why = needs("curl");
  it.skipIf(why !== undefined)(`holds curl to its certificate${why === undefined ? "" : ` (${why})`}`, async () => {
    const id = await stage.narrow("--peer", "cn:phone");
    const ask = async ({ certificate, key }: Pair): Promise<string> => {
      const shown = ["--cacert", authority.certificate, "--cert", certificate, "--key", key];
      const url = `https://127.0.0.1:${port}/_ping`;
      const asked = ["-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", `Authorization: Bearer ${id}`];
      return (await run("curl", [...shown, ...asked, url])).stdout;
    };
    expect(await ask(phone)).toBe("200");
    expect(await ask(laptop)).toBe("403");
  });

  it("is renewed without a restart, and what is open lives on", async () => {
    const socket = connect({
      port,
      host: "127.0.0.1",
      ca: readFileSync(authority.certificate),
      cert: readFileSync(laptop.certificate),
      key: readFileSync(laptop.key),
    });
    let heard = "";
    socket.on("data", (piece: Buffer) => (heard += piece.toString("latin1")));
    socket.write(`GET /v1.41/events HTTP/1.1\r\nHost: docker\r\nX-Docker-Id: ${stage.root}\r\n\r\n`);
    await until("events begin", () => heard.startsWith("HTTP/1.1 200"));

    const next = makeAuthority(stage.workspace.path("tls"), "next");
    const own = next.issue("renewed", "/CN=renewed");
    const tablet = next.issue("tablet", "/CN=tablet");
    copyFileSync(own.key, used("key"));
    copyFileSync(own.certificate, used("certificate"));
    copyFileSync(next.certificate, used("ca"));
    const cli = newestDocker();
    const pair = ["--tlscert", tablet.certificate, "--tlskey", tablet.key];
    const args = [
      "--tlsverify",
      "--tlscacert",
      next.certificate,
      ...pair,
      "create",
      "--network",
      "none",
      "box",
      "true",
    ];
    const asked = (): Promise<Outcome> =>
      run(cli.path, ["-H", `tcp://127.0.0.1:${port}`, ...args], {
        env: { DOCKER_CONFIG: stage.workspace.dir, HOME: stage.workspace.dir, ...stage.carry(cli, stage.root) },
      });
    await until("the new one is shown, and its authority trusted", async () => (await asked()).status === 0);
    expect(await docker(cli, stage.root, laptop, "ps")).not.toMatchObject({ status: 0 });
    await until("the stream tells of it", () => heard.includes('"Action":"create"'));
    expect(socket.destroyed).toBe(false);
    socket.destroy();
    expect(stage.verifier.log()).toContain("the gateway's TLS shows another certificate");
  });
});

function digestOf({ certificate }: Pair): string {
  return new X509Certificate(readFileSync(certificate)).fingerprint256.replaceAll(":", "").toLowerCase();
}
