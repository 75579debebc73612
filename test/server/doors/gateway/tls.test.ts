import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect as connectPlain, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type ConnectionOptions, type TlsOptions } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Authority, makeAuthority, type Pair } from "../../../support/certificates.ts";
import { suite } from "../../../support/on-stage.ts";
import { until } from "../../../support/until.ts";
import { narrow, root } from "../../room.ts";
import { type Client, openClient, openStand, request, type Stand } from "./stand.ts";

suite("the gateway with TLS", ["openssl"], () => {
  let folder: string;
  let stand: Stand;
  let authority: Authority;
  let certificate: Pair;
  let laptop: Pair;
  let stranger: Pair;
  let servers: Server[];

  async function listen(options: TlsOptions = {}): Promise<number> {
    const server = stand.gateway.server({ ...pem(certificate), ...options });
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }
  const dial = (port: number, options: ConnectionOptions = {}): Client =>
    openClient(
      connect({
        host: "127.0.0.1",
        port,
        ca: readFileSync(authority.certificate),
        servername: "localhost",
        ...options,
      }),
    );
  const mutual = (): TlsOptions => ({
    ca: readFileSync(authority.certificate),
    requestCert: true,
    rejectUnauthorized: true,
  });

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "docker-id-tls-"));
    authority = makeAuthority(folder);
    certificate = authority.issue("server", "/CN=gateway");
    laptop = authority.issue("laptop", "/O=us/CN=laptop");
    stranger = makeAuthority(folder, "other").issue("stranger", "/CN=laptop");
    servers = [];
    stand = await openStand({ limits: { headMs: 500, connectionsPerAddress: 4 } });
  });
  afterAll(async () => {
    await stand.close();
    rmSync(folder, { recursive: true });
  });

  it("serves clients at their address", async () => {
    const client = dial(await listen());
    client.send(request("GET /_ping", narrow(root, "ip=127.0.0.0/8"), ["Connection: close"]));
    await client.ended();
    expect(client.text()).toMatch(/^HTTP\/1.1 200 /);
  });

  it("offers no HTTP/2, and no old TLS", async () => {
    const port = await listen();
    const two = dial(port, { ALPNProtocols: ["h2"] });
    await expect(two.ended()).resolves.toBeUndefined();
    const old = dial(port, { maxVersion: "TLSv1.1", minVersion: "TLSv1" });
    await expect(old.ended()).resolves.toBeUndefined();
    const one = dial(port, { ALPNProtocols: ["h2", "http/1.1"] });
    one.send(request("GET /_ping", root, ["Connection: close"]));
    await one.ended();
    expect(one.text()).toMatch(/^HTTP\/1.1 200 /);
  });

  it("admits only clients with a certificate of its authorities, where it has any", async () => {
    const port = await listen(mutual());
    for (const shown of [{}, pem(stranger)]) {
      const client = dial(port, shown);
      client.send(request("GET /_ping", root));
      await client.ended();
      expect(client.text()).toBe("");
    }
    const client = dial(port, pem(laptop));
    client.send(request("GET /_ping", root, ["Connection: close"]));
    await client.ended();
    expect(client.text()).toMatch(/^HTTP\/1.1 200 /);
  });

  it("knows a client by its certificate, which an id may be bound to", async () => {
    const { fingerprint256 } = new X509Certificate(readFileSync(laptop.certificate));
    const digest = fingerprint256.replaceAll(":", "").toLowerCase();
    const [plain, both] = [await listen(), await listen(mutual())];
    const ask = async (port: number, caveat: string): Promise<string> => {
      const client = dial(port, pem(laptop));
      client.send(request("GET /_ping", narrow(root, caveat), ["Connection: close"]));
      await client.ended();
      return client.text().slice(9, 12);
    };
    expect(await ask(both, "peer=cn:laptop")).toBe("200");
    expect(await ask(both, `peer=sha256:${digest}`)).toBe("200");
    expect(await ask(both, "peer=cn:gateway")).toBe("403");
    expect(await ask(both, `peer=sha256:${"0".repeat(64)}`)).toBe("403");
    // Nobody has vouched for it
    expect(await ask(plain, "peer=cn:laptop")).toBe("403");
  });

  it("lets go of whoever does not shake hands, and counts them", async () => {
    const port = await listen();
    const silent = Array.from({ length: 6 }, () => openClient(connectPlain(port, "127.0.0.1")));
    await until("all of them are let go", () => silent.every(({ socket }) => socket.readableEnded || socket.destroyed));
    const client = dial(port);
    client.send(request("GET /_ping", root, ["Connection: close"]));
    await client.ended();
    expect(client.text()).toMatch(/^HTTP\/1.1 200 /);
  });

  it("passes half-closed connections on", async () => {
    const port = await listen();
    stand.engine.answer = (socket, text) => {
      if (text.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 101 UPGRADED\r\n\r\n");
    };
    const client = dial(port);
    const before = stand.engine.heard.length;
    client.send(request(`POST /containers/${"a".repeat(64)}/attach`, root, ["Connection: Upgrade", "Upgrade: tcp"]));
    await client.hears("UPGRADED");
    client.socket.end("bye");
    const heard = await until("the engine hears", () => stand.engine.heard.at(-1));
    await until("the half's end", () => heard.ended);
    expect(heard.text.endsWith("bye")).toBe(true);
    heard.socket.end("and the rest");
    await client.ended();
    expect(client.text()).toMatch(/and the rest$/);
    expect(stand.engine.heard.length).toBeGreaterThanOrEqual(before);
  });
});

function pem(pair: Pair): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(pair.certificate), key: readFileSync(pair.key) };
}
