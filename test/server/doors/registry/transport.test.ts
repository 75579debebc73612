import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { makeAuthority } from "../../../support/certificates.ts";
import { until } from "../../../support/until.ts";
import { narrow, root } from "../../room.ts";
import { errorsOf, openStand, passwords, sendBytes, type Stand, type StandOptions } from "./stand.ts";

let stand: Stand;
const silent: Server[] = [];
const held: Socket[] = [];
afterEach(async () => {
  await stand.close();
  for (const socket of held.splice(0)) socket.destroy();
  for (const server of silent.splice(0)) server.close();
});
const open = async (options?: StandOptions): Promise<Stand> => {
  stand = await openStand(options);
  return stand;
};

const base = { service: "registry", scope: "repository:alice/app:pull" } as const;
const good = { as: `alice:${passwords.alice}` } as const;

/** The port of a server that takes what is asked and never answers. */
async function startSilent(): Promise<number> {
  const server = createServer((socket) => held.push(socket));
  silent.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Opens a door for http and https; the second certificate is for later. */
async function openBoth() {
  await open();
  const authority = makeAuthority(stand.folder);
  const [pair, next] = [authority.issue("tls", "/CN=localhost"), authority.issue("next", "/CN=localhost")];
  await stand.reopen({
    listen: [
      { scheme: "http", host: "127.0.0.1", port: 0 },
      { scheme: "https", host: "127.0.0.1", port: 0 },
    ],
    tls: { certificate: pair.certificate, key: pair.key },
  });
  return { ca: readFileSync(authority.certificate), pair, next };
}

describe("the registry's door", () => {
  it("speaks http and https at once, and asks nobody for a certificate", async () => {
    const { ca } = await openBoth();
    for (const at of [0, 1]) expect((await stand.get(base, { ...good, at, ca })).status).toBe(200);
  });

  it("shows another certificate once its files are others, and keeps the one it has over what is none", async () => {
    const { ca, pair, next } = await openBoth();
    const port = stand.door.addresses[1]?.port ?? 0;
    const shown = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connectSecurely({ port, host: "127.0.0.1", ca, servername: "localhost" }, () => {
          resolve(socket.getPeerCertificate().fingerprint256);
          socket.destroy();
        });
        socket.once("error", reject);
      });
    const first = await shown();
    writeFileSync(pair.certificate, "no certificate");
    await until("it is said", () => stand.room.log().includes("the certificate on the disk is not used"));
    expect(await shown()).toBe(first);
    copyFileSync(next.certificate, pair.certificate);
    copyFileSync(next.key, pair.key);
    await until("the other is shown", async () => (await shown()) !== first);
    expect((await stand.get(base, { ...good, at: 1, ca })).status).toBe(200);
  });

  it("does not open with a certificate that is none", async () => {
    const { pair } = await openBoth();
    writeFileSync(pair.key, "no key");
    await expect(stand.reopen({ tls: { certificate: pair.certificate, key: pair.key } })).rejects.toMatchObject({
      code: "misuse",
    });
  });

  it("says where another server listens already", async () => {
    await open();
    const { port } = stand;
    const taken = stand.reopen({
      listen: [
        { scheme: "http", host: "127.0.0.1", port },
        { scheme: "http", host: "127.0.0.1", port },
      ],
    });
    await expect(taken).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining(String(port)) as string,
    });
  });

  it("listens at every address, and knows an IPv4 client as one", async () => {
    await open();
    await stand.reopen({ listen: [{ scheme: "http", host: "::", port: 0 }] });
    const told = await stand.get(base, { as: `docker-id:${narrow(root, "ip=127.0.0.1")}` });
    expect(told.status).toBe(200);
    expect((await stand.room.lines()).at(-1)).toMatchObject({ address: "127.0.0.1" });
  });

  it("tells clients of a trusted proxy apart", async () => {
    await open({ registry: { trusted_proxies: ["127.0.0.0/8", "10.1.0.0/16"] } });
    const as = `docker-id:${narrow(root, "ip=10.0.0.7")}`;
    const from = async (forwarded: string): Promise<number> =>
      (await stand.get(base, { as, headers: { "x-forwarded-for": forwarded } })).status;
    expect(await from("10.0.0.7")).toBe(200);
    expect(await from("::ffff:10.0.0.7")).toBe(200);
    expect(await from("10.0.0.7, 10.1.2.3")).toBe(200);
    // What a client says of itself comes before what a proxy says of it
    expect(await from("10.0.0.7, 10.0.0.8")).toBe(401);
    expect(await from("10.0.0.7, nonsense")).toBe(401);
    expect((await stand.get(base, { as })).status).toBe(401);
  });
});

describe("connections", () => {
  it("are no more than so many from one address, and free again once they end", async () => {
    await open();
    const many = Array.from({ length: 1024 }, () => connect(stand.port, "127.0.0.1"));
    for (const socket of many) socket.on("error", () => undefined);
    held.push(...many);
    await until("all are there", () => many.every((socket) => socket.readyState === "open"));
    expect(await sendBytes(stand.port, "GET /server-ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toBe("");
    for (const socket of many.slice(0, 10)) socket.destroy();
    await until("there is room", async () => (await stand.get(base, good).catch(() => undefined))?.status === 200);
  });
});

describe("the time that a request may take", () => {
  it("ends a head and a body that do not come", async () => {
    await open({ registry: { timeout: 0.4 } });
    const form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n";
    for (const bytes of [
      "",
      "GET /auth HTTP/1.1\r\nHost: x\r\n",
      `POST /auth HTTP/1.1\r\nHost: x\r\n${form}\r\ngrant`,
    ]) {
      const heard = await sendBytes(stand.port, bytes);
      expect(heard, bytes).toMatch(/^HTTP\/1\.1 408 /);
      expect(heard).toContain('{"errors":[{"code":"UNAVAILABLE"');
    }
  });

  it("ends with whoever does not take the answers", async () => {
    await open({ registry: { timeout: 0.3 } });
    const socket = connect(stand.port, "127.0.0.1");
    held.push(socket);
    socket.on("error", () => undefined);
    // Never read from; so many answers fit into no buffer between
    socket.pause();
    socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4000));
    await until("it is cut off", () => {
      // Whoever does not read learns of it by writing
      if (!socket.destroyed) socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
      return socket.destroyed;
    });
    expect((await stand.get(base, good)).status).toBe(200);
  });

  it("ends an answer that does not come", async () => {
    await open({ registry: { timeout: 0.3 } });
    const address = `http://127.0.0.1:${await startSilent()}`;
    const vault = { address, mount: "m", kv: 1, auth: { token: "x" }, timeoutMs: 1500 } as const;
    await stand.reopen(stand.withService({ users: { users: {}, vault } }));
    const told = await stand.get(base, good);
    expect(told.status).toBe(503);
    expect(errorsOf(told)).toEqual(["UNAVAILABLE"]);
    // An id asks nobody, and so does not wait
    expect((await stand.get(base, { as: `docker-id:${narrow(root, "op=read")}` })).status).toBe(200);
  });
});
