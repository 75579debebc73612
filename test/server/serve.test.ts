import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { passHeader } from "../../src/protocol/headers.ts";
import { listenOn, shut } from "../../src/server/listen.ts";
import { createLog } from "../../src/server/log.ts";
import { serve, type Verifier } from "../../src/server/serve.ts";
import { readSettings, type Settings } from "../../src/server/settings.ts";
import { readRegistryFile } from "../../src/registry/settings.ts";
import { freePort } from "../support/free-port.ts";
import { makeSigningKeys } from "../support/signing-keys.ts";
import { ask } from "./ask.ts";
import { kid, narrow, root, rootKey } from "./room.ts";

let folder: string;
let settings: Settings;
let running: Verifier[];
let engine: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "docker-id-serve-"));
  const at = (name: string): string => `unix://${path.join(folder, name)}`;
  settings = readSettings(
    {
      stateDir: path.join(folder, "state"),
      admin: at("run/admin.sock"),
      authz: at("plugins/docker-id.sock"),
      dockerHost: at("docker.sock"),
      adminGroup: String(process.getgid?.() ?? 0),
    },
    undefined,
    folder,
  );
  running = [];
});
afterEach(async () => {
  for (const each of running) await each.close();
  if (engine !== undefined) await shut(engine, 0);
  engine = undefined;
  rmSync(folder, { recursive: true });
});

async function start(changed: Partial<Settings> = {}): Promise<{ verifier: Verifier; said: () => string }> {
  const said: string[] = [];
  const verifier = await serve(
    { ...settings, ...changed },
    {
      version: "1.2.3",
      log: createLog("debug", false, (line) => said.push(line)),
      clock: () => new Date(),
      random: randomBytes,
    },
  );
  running.push(verifier);
  return { verifier, said: () => said.join("") };
}

const status = async (): Promise<unknown> => (await ask(settings.adminSocket, "GET", "/v1/status")).json;
const judge = async (token: string | undefined, RequestUri = "/info"): Promise<unknown> => {
  const RequestHeaders = token === undefined ? {} : { "X-Docker-Id": token };
  const body = JSON.stringify({ RequestMethod: "GET", RequestUri, RequestHeaders });
  return (await ask(settings.authzSocket, "POST", "/AuthZPlugin.AuthZReq", { body })).json;
};
const install = () =>
  ask(settings.adminSocket, "POST", "/v1/root-key", {
    body: JSON.stringify({
      kid,
      key: Buffer.from(rootKey.key).toString("base64url"),
      identifier: rootKey.identifier,
    }),
  });

/** Asks its plugin before it answers, as the engine does. */
function smallEngine(answered: (answer: unknown) => void): Server {
  return createServer((incoming, outgoing) => {
    const RequestHeaders = { [passHeader]: incoming.headers[passHeader.toLowerCase()] };
    const body = JSON.stringify({ RequestMethod: incoming.method, RequestUri: incoming.url, RequestHeaders });
    const answer = async (): Promise<void> => {
      answered((await ask(settings.authzSocket, "POST", "/AuthZPlugin.AuthZReq", { body })).json);
      const info = { ID: "E", Name: "laptop", ServerVersion: "20.10", DockerRootDir: "/srv/data/docker" };
      const image = { Id: `sha256:${"c".repeat(64)}`, RepoTags: ["box:1"], Config: {} };
      const found = incoming.url === "/info" ? info : image;
      outgoing.setHeader("content-type", "application/json").end(JSON.stringify(found));
    };
    void answer();
  });
}

/** Whether an id that may bind a host path may have it in a container. */
async function bind(from: string): Promise<unknown> {
  const id = narrow(root, `scope=*:*:write,host:bind${from}:write`);
  const created = Buffer.from(JSON.stringify({ Image: "box:1", HostConfig: { Binds: [`${from}:/x`] } }));
  const RequestHeaders = {
    "X-Docker-Id": id,
    "Content-Type": "application/json",
    "Content-Length": String(created.length),
  };
  const call = { RequestMethod: "POST", RequestUri: "/v1.41/containers/create", RequestHeaders };
  const body = JSON.stringify({ ...call, RequestBody: created.toString("base64") });
  return (await ask(settings.authzSocket, "POST", "/AuthZPlugin.AuthZReq", { body })).json;
}

describe("a verifier", () => {
  it("opens its doors without an engine, for those who may", async () => {
    await start();
    expect(statSync(settings.authzSocket).mode & 0o777).toBe(0o600);
    expect(statSync(settings.adminSocket).mode & 0o777).toBe(0o660);
    expect(statSync(settings.adminSocket).gid).toBe(process.getgid?.());
    expect(await status()).toEqual({
      state: "open",
      engine: { host: `unix://${settings.dockerSocket}`, reachable: false },
      version: "1.2.3",
    });
    expect(await judge(undefined)).toMatchObject({ Allow: true });
  });

  it("guards from the first key on, over a restart too, and ends cleanly", async () => {
    const { verifier } = await start();
    expect(await install()).toMatchObject({ status: 201 });
    expect(await judge(undefined)).toMatchObject({ Allow: false });
    expect(existsSync(settings.guardedMarker)).toBe(true);
    await verifier.close();
    await verifier.close();
    expect(existsSync(settings.adminSocket)).toBe(false);
    expect(existsSync(settings.authzSocket)).toBe(false);
    await start();
    expect(await status()).toMatchObject({ state: "guarded", kid });
    expect(await judge(undefined)).toMatchObject({ Allow: false });
    expect(await judge(root)).toMatchObject({ Allow: true });
  });

  it("refuses everything when the state folder went away between two starts", async () => {
    const { verifier } = await start();
    await install();
    await verifier.close();
    rmSync(settings.stateDir, { recursive: true });
    await start();
    expect(await status()).toMatchObject({ state: "unreadable" });
    expect(await judge(root)).toMatchObject({
      Allow: false,
      Msg: expect.stringContaining("docker-id status") as string,
    });
    expect(await judge(undefined)).toMatchObject({ Allow: false });
  });

  it("runs once on one state folder", async () => {
    await start();
    const elsewhere = { adminSocket: path.join(folder, "b.sock"), authzSocket: path.join(folder, "c.sock") };
    await expect(start(elsewhere)).rejects.toMatchObject({ code: "conflict" });
    expect(existsSync(elsewhere.authzSocket)).toBe(false);
    expect(await judge(undefined)).toMatchObject({ Allow: true });
  });

  it("takes no other verifier's sockets", async () => {
    await start();
    const other = { stateDir: path.join(folder, "other"), guardedMarker: path.join(folder, "other.guarded") };
    await expect(
      start({ ...other, audit: { ...settings.audit, path: path.join(folder, "o.jsonl") } }),
    ).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await judge(undefined)).toMatchObject({ Allow: true });
  });

  it("gets to know an engine that comes later, by questions that its own door lets pass", async () => {
    await start();
    await install();
    let asked: unknown;
    engine = smallEngine((answer) => {
      asked = answer;
    });
    await listenOn(engine, settings.dockerSocket, { mode: 0o600 });
    expect(await status()).toMatchObject({
      engine: { id: "E", name: "laptop", version: "20.10", reachable: true, asks: true },
    });
    expect(asked).toMatchObject({ Allow: true });
    await shut(engine, 0);
    expect(await status()).toMatchObject({ engine: { id: "E", reachable: false } });
  });

  it("keeps an engine's own data out of reach, wherever that is", async () => {
    await start();
    await install();
    engine = smallEngine(() => undefined);
    await listenOn(engine, settings.dockerSocket, { mode: 0o600 });
    await status();
    const reaches = /reaches for docker-id itself/;
    expect(await bind("/srv/data/docker/volumes")).toMatchObject({
      Allow: false,
      Msg: expect.stringMatching(reaches) as string,
    });
    expect(await bind("/srv/data")).toMatchObject({ Allow: false, Msg: expect.stringMatching(reaches) as string });
    expect(await bind(folder)).toMatchObject({ Allow: false, Msg: expect.stringMatching(reaches) as string });
    expect(await bind("/srv/other")).toMatchObject({ Allow: true });
  });

  it("opens no door when one of them can't be opened", async () => {
    writeFileSync(settings.dockerSocket, "");
    await expect(start({ adminSocket: settings.dockerSocket })).rejects.toMatchObject({ code: "conflict" });
    expect(existsSync(settings.authzSocket)).toBe(false);
    await start();
  });

  it("makes a registry's tokens for ids of its engine, from the same state, and tells of it beside the rest", async () => {
    const keys = makeSigningKeys(folder);
    const port = freePort();
    const text = JSON.stringify({
      registry: {
        listen: [`http://127.0.0.1:${port}`],
        token: { certificate: keys.certificate, key: keys.key },
        services: [{ name: "registry" }],
      },
    });
    const registry = readRegistryFile("config.yml", text, (inFile) => inFile);
    if (registry === undefined) throw new Error("no registry");
    const { verifier, said } = await start({ registry });
    await install();
    const asks = (id: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/auth?service=registry&scope=repository:a:pull`, {
        headers: { authorization: `Bearer ${id}` },
      });
    expect((await asks(narrow(root, "op=read"))).status).toBe(200);
    expect((await asks(narrow(root, "expires=2020-01-01T00:00:00Z"))).status).toBe(401);
    const { text: metrics } = await ask(settings.adminSocket, "GET", "/metrics");
    expect(metrics).toContain('docker_id_registry_requests_total{service="registry",holder="id",verdict="all"} 1');
    expect(metrics).toContain('docker_id_decisions_total{door="registry",verdict="allowed"} 1');
    expect(said()).toContain(`http://127.0.0.1:${port}`);
    await verifier.close();
    await expect(asks(root)).rejects.toThrow();
  });
});
