import { randomBytes } from "node:crypto";
import { connect as connectHttp2 } from "node:http2";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockers, newestDocker } from "../../support/dockers.ts";
import { type GatewayStage, openGatewayStage } from "../../support/gateway-stage.ts";
import { anEngine, needs } from "../../support/needs.ts";
import { suite } from "../../support/on-stage.ts";
import { run } from "../../support/run.ts";

/** Asks to go over to another protocol; gives the answer's head, the connection, and what came after. */
function upgrade(
  socket: string,
  line: string,
  fields: readonly string[],
): Promise<{ head: string; connection: Socket; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    const connection = connect({ path: socket, allowHalfOpen: true });
    let all = Buffer.alloc(0);
    connection.on("data", function take(piece: Buffer) {
      all = Buffer.concat([all, piece]);
      const end = all.indexOf("\r\n\r\n");
      if (end < 0) return;
      connection.off("data", take);
      connection.pause();
      resolve({ head: all.toString("latin1", 0, end), connection, rest: all.subarray(end + 4) });
    });
    connection.once("error", reject);
    connection.write([`${line} HTTP/1.1`, "Host: docker", ...fields, "", ""].join("\r\n"));
  });
}

suite("other protocols through the gateway", anEngine, () => {
  let stage: GatewayStage;
  let builder: string;
  let other: string;
  beforeAll(async () => {
    stage = await openGatewayStage();
    builder = await stage.narrow("--scope", "*:*:write,host:buildkit:write,host:fetch:write");
    other = await stage.narrow("--scope", "*:*:write");
  });
  afterAll(() => stage.close());

  const curl = (id: string, ...args: string[]): ReturnType<typeof run> =>
    run("curl", ["-s", "--unix-socket", stage.socket, "-H", `Authorization: Bearer ${id}`, ...args]);

  describe("BuildKit", () => {
    const old = dockers.find(({ major }) => major < 23);
    const why = old === undefined ? "it needs a docker CLI of 20.10, which brings BuildKit's client along" : undefined;

    it.skipIf(why !== undefined).each(["the root id", "an id that names host:buildkit"])(
      `builds over /session with %s${why === undefined ? "" : ` (${why})`}`,
      async (whose) => {
        const folder = stage.workspace.path(`buildkit-${whose.length}`);
        mkdirSync(folder);
        writeFileSync(`${folder}/Dockerfile`, "FROM scratch\nCOPY large /large\nLABEL of=buildkit\n");
        writeFileSync(`${folder}/large`, randomBytes(3_000_000));
        const id = whose === "the root id" ? stage.root : builder;
        const cli = old ?? newestDocker();
        const env = { DOCKER_BUILDKIT: "1" };
        const outcome = await stage.docker(cli, id, ["build", "-t", "kit", folder], { env });
        expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
        const label = await stage.docker(cli, id, ["image", "inspect", "-f", "{{.Config.Labels.of}}", "kit"]);
        expect(label.stdout).toBe("buildkit\n");
      },
    );

    it.skipIf(why !== undefined)("is refused to an id that does not name it", async () => {
      const folder = stage.workspace.path("buildkit-no");
      mkdirSync(folder);
      writeFileSync(`${folder}/Dockerfile`, "FROM scratch\nLABEL a=b\n");
      const outcome = await stage.docker(old ?? newestDocker(), other, ["build", folder], {
        env: { DOCKER_BUILDKIT: "1" },
      });
      expect(outcome.status).not.toBe(0);
    });

    it.each(["root", "builder"] as const)("speaks gRPC over /grpc with the %s's id", async (whose) => {
      const id = whose === "root" ? stage.root : builder;
      const fields = [`X-Docker-Id: ${id}`, "Connection: Upgrade", "Upgrade: h2c"];
      const { head, connection, rest } = await upgrade(stage.socket, "POST /v1.41/grpc", fields);
      expect(head).toMatch(/^HTTP\/1.1 101 /);
      if (rest.length > 0) connection.unshift(rest);
      const session = connectHttp2("http://docker", { createConnection: () => connection });
      const status = await new Promise((resolve, reject) => {
        session.once("error", reject);
        const call = session.request({
          ":method": "POST",
          ":path": "/moby.buildkit.v1.Control/ListWorkers",
          "content-type": "application/grpc",
          te: "trailers",
        });
        call.once("response", (headers) => headers["grpc-status"] !== undefined && resolve(headers["grpc-status"]));
        call.once("trailers", (headers) => resolve(headers["grpc-status"]));
        call.once("error", reject);
        call.resume();
        call.end(Buffer.alloc(5));
      });
      session.destroy();
      // Done, or that this engine's BuildKit has no such call: either way it was BuildKit that answered
      expect(["0", "12"]).toContain(status);
    });

    it.each(["root", "builder"] as const)("hands a client's session to the engine, with the %s's id", async (whose) => {
      const id = whose === "root" ? stage.root : builder;
      const { head, connection, rest } = await upgrade(stage.socket, "POST /v1.41/session", [
        `X-Docker-Id: ${id}`,
        "Connection: Upgrade",
        "Upgrade: h2c",
        `X-Docker-Expose-Session-Uuid: ${randomBytes(8).toString("hex")}`,
        "X-Docker-Expose-Session-Name: box",
        "X-Docker-Expose-Session-Sharedkey: ",
        "X-Docker-Expose-Session-Grpc-Method: /grpc.health.v1.Health/Check",
        "X-Docker-Expose-Session-Grpc-Method: /moby.filesync.v1.Auth/Credentials",
      ]);
      expect(head).toMatch(/^HTTP\/1.1 101 [^]*upgrade: h2c/i);
      // There the engine asks, and the client serves
      const begun = await new Promise<string>((resolve) => {
        let all = rest.toString("latin1");
        connection.on("data", (piece: Buffer) => {
          all += piece.toString("latin1");
          if (all.length >= 24) resolve(all);
        });
        if (all.length >= 24) resolve(all);
        connection.resume();
      });
      connection.destroy();
      expect(begun).toMatch(/^PRI \* HTTP\/2.0\r\n/);
    });

    it.each(["POST /v1.41/grpc", "POST /v1.41/session"])("refuses %s to an id that does not name it", async (line) => {
      const fields = [`X-Docker-Id: ${other}`, "Connection: Upgrade", "Upgrade: h2c"];
      const { head, connection } = await upgrade(stage.socket, line, fields);
      connection.destroy();
      expect(head).toMatch(/^HTTP\/1.1 403 /);
    });
  });

  describe("a websocket", () => {
    it.each(["the root id", "another id"])("attaches to a container, with %s", async (whose) => {
      const id = whose === "the root id" ? stage.root : other;
      const made = `ws-${whose.length}`;
      const args = ["run", "-d", "-i", "--network", "none", "--name", made, "box", "cat"];
      expect(await stage.docker(newestDocker(), id, args)).toMatchObject({ status: 0 });
      const { head, connection, rest } = await upgrade(
        stage.socket,
        `GET /v1.41/containers/${made}/attach/ws?stream=1&stdin=1&stdout=1`,
        [
          `Authorization: Bearer ${id}`,
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Origin: http://docker",
          "Sec-WebSocket-Version: 13",
          `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
        ],
      );
      expect(head).toMatch(/^HTTP\/1.1 101 [^]*sec-websocket-accept/i);
      const heard = new Promise<string>((resolve) => {
        let all = rest.toString("latin1");
        connection.on("data", (piece: Buffer) => {
          all += piece.toString("latin1");
          if (all.includes("hello")) resolve(all);
        });
      });
      connection.resume();
      // A masked frame of text, its mask nothing
      connection.write(Buffer.concat([Buffer.of(0x81, 0x80 | 6, 0, 0, 0, 0), Buffer.from("hello\n")]));
      expect(await heard).toContain("hello\n");
      connection.destroy();
      await stage.docker(newestDocker(), id, ["rm", "-f", made]);
    });
  });

  describe("curl", () => {
    const why = needs("curl");

    it.skipIf(why !== undefined)(`waits to be asked for its body${why === undefined ? "" : ` (${why})`}`, async () => {
      const tar = stage.workspace.path("rootfs.tar");
      const url = "http://docker/v1.41/images/create?fromSrc=-&repo=imported&tag=curl";
      const args = [
        "-v",
        "-X",
        "POST",
        "-H",
        "Content-Type: application/x-tar",
        "-H",
        "Expect: 100-continue",
        "-T",
        tar,
        url,
      ];
      const outcome = await curl(stage.root, ...args);
      expect(outcome.stderr).toContain("< HTTP/1.1 100 Continue");
      expect(outcome.stderr).toContain("< HTTP/1.1 200 OK");
      const refused = await curl("dkid_AAAA", ...args);
      expect(refused.stderr).not.toContain("100 Continue");
      expect(refused.stderr).toContain("< HTTP/1.1 403 Forbidden");
    });

    it.skipIf(why !== undefined)(
      "waits to be asked for JSON too, which is read before anything is decided",
      async () => {
        const url = "http://docker/v1.41/containers/create?name=asked-for";
        const fields = ["-H", "Content-Type: application/json", "-H", "Expect: 100-continue"];
        const create = { Image: "box", Cmd: ["true"], Labels: { padded: "x".repeat(5000) } };
        const body = (more: object): string[] => ["-v", ...fields, "-d", JSON.stringify({ ...create, ...more }), url];
        const refused = await curl(other, ...body({ HostConfig: { Privileged: true } }));
        expect(refused.stderr).toContain("< HTTP/1.1 403 Forbidden");
        const outcome = await curl(other, ...body({}));
        expect(outcome.stderr).toContain("< HTTP/1.1 100 Continue");
        expect(outcome.stderr).toContain("< HTTP/1.1 201 Created");
        // Whoever shows no id is not asked to go on
        const stranger = await curl("dkid_AAAA", ...body({}));
        expect(stranger.stderr).not.toContain("100 Continue");
        expect(stranger.stderr).toContain("< HTTP/1.1 403 Forbidden");
        await stage.docker(newestDocker(), other, ["rm", "asked-for"]);
      },
    );

    it.skipIf(why !== undefined)("is refused HTTP/2, and goes on without", async () => {
      const url = "http://docker/_ping";
      expect(await curl(stage.root, "--http2-prior-knowledge", url)).not.toMatchObject({ status: 0 });
      expect((await curl(stage.root, "--http2", "-o", "-", "-w", "%{http_code}", url)).stdout).toMatch(/400$/);
      expect((await curl(stage.root, "-w", "%{http_code}", url)).stdout).toBe("OK200");
      expect((await curl(stage.root, "--http1.0", "-w", "%{http_code}", url)).stdout).toMatch(/505$/);
    });
  });
});
