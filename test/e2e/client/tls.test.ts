import { copyFileSync, mkdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { besideEnvironment, callBeside, command } from "../../support/beside.ts";
import { makeAuthority } from "../../support/certificates.ts";
import { newestDocker } from "../../support/dockers.ts";
import { freePort } from "../../support/free-port.ts";
import { onStage } from "../../support/on-stage.ts";
import { run } from "../../support/run.ts";
import { secret } from "../../support/stage.ts";
import { allowed, refused } from "../../support/verdicts.ts";

const ports = { plain: 0, tls: 0 };

onStage(
  "an engine behind tcp://",
  (stage) => {
    let root: string;
    const quiet = ["--network", "none", "--rm"];
    // With TLS for one of its ports, dockerd wants it for all
    const relay = createServer({ allowHalfOpen: true }, (client) => {
      const engine = connect({ path: stage().engine.socket, allowHalfOpen: true });
      client.pipe(engine).pipe(client);
      client.on("error", () => engine.destroy());
      engine.on("error", () => client.destroy());
    });
    afterAll(() => relay.close());
    const certificates = () => stage().workspace.path("client");

    beforeAll(async () => {
      await stage().engine.importImage("box");
      allowed(await stage().id(["init", "--secret", secret]));
      relay.listen(ports.plain, "127.0.0.1");
      root = allowed(await stage().id(["show"]));
    });

    describe.each([
      ["without TLS", () => ({ DOCKER_HOST: `tcp://127.0.0.1:${ports.plain}` })],
      [
        "with TLS, as docker's environment has it",
        () => ({
          DOCKER_HOST: `tcp://127.0.0.1:${ports.tls}`,
          DOCKER_TLS_VERIFY: "1",
          DOCKER_CERT_PATH: certificates(),
        }),
      ],
      ["with TLS, as a docker context has it", () => ({ DOCKER_HOST: "", DOCKER_CONTEXT: "far" })],
    ])("%s", (_name, way) => {
      const env = (): Record<string, string> => ({ ...besideEnvironment(stage().env, newestDocker()), ...way() });
      const call = async (args: readonly string[]) =>
        await callBeside(stage().env, newestDocker(), args, { env: env(), input: root });

      beforeAll(async () => {
        const files = ["ca", "cert", "key"].map((name) => `${name}=${certificates()}/${name}.pem`).join(",");
        const where = `host=tcp://127.0.0.1:${ports.tls},${files}`;
        await run(newestDocker().path, ["context", "create", "far", "--docker", where], {
          env: { ...stage().env, DOCKER_HOST: "" },
        });
        allowed(await stage().id(["set", "-"], { env: way(), input: root }));
      });

      it("is reached under an id, where docker alone is refused", async () => {
        refused(await run(newestDocker().path, ["ps"], { env: env() }));
        allowed(await call(["docker", "ps"]));
        expect(allowed(await call(["run", ...quiet, "box", "echo", "there"]))).toBe("there");
        expect((await call(["run", ...quiet, "box", "sh", "-c", "exit 42"])).status).toBe(42);
      });

      it("gives and takes streams, each with its end", async () => {
        const bytes = 20 * 1024 * 1024;
        const line = `head -c ${bytes} /dev/zero | "$0" run -i ${quiet.join(" ")} box cat | wc -c`;
        const counted = await run("sh", ["-c", line, command], { env: env() });
        expect(Number(counted.stdout), counted.stderr).toBe(bytes);
      });
    });

    it("with another authority's certificate is not spoken with", async () => {
      const other = stage().workspace.path("other");
      mkdirSync(other);
      const authority = makeAuthority(other, "other");
      copyFileSync(authority.certificate, `${other}/ca.pem`);
      const env = {
        DOCKER_HOST: `tcp://127.0.0.1:${ports.tls}`,
        DOCKER_TLS_VERIFY: "1",
        DOCKER_CERT_PATH: other,
      };
      const outcome = await callBeside(stage().env, newestDocker(), ["docker", "ps"], { env });
      expect(outcome.status).toBe(1);
      expect(outcome.stderr).toMatch(/do not trust each other's TLS/);
      const log = stage().engine.log();
      expect(log).not.toContain(root);
    });
  },
  {
    also: ["openssl"],
    engineFlags: (workspace) => {
      [ports.plain, ports.tls] = [freePort(), freePort()];
      const folder = workspace.path("client");
      mkdirSync(folder);
      const authority = makeAuthority(folder);
      const server = authority.issue("server", "/CN=engine");
      const client = authority.issue("client", "/CN=person");
      copyFileSync(authority.certificate, `${folder}/ca.pem`);
      copyFileSync(client.certificate, `${folder}/cert.pem`);
      copyFileSync(client.key, `${folder}/key.pem`);
      return [
        "-H",
        `tcp://127.0.0.1:${ports.tls}`,
        "--tlsverify",
        `--tlscacert=${authority.certificate}`,
        `--tlscert=${server.certificate}`,
        `--tlskey=${server.key}`,
      ];
    },
  },
);
