import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readGodoauth } from "../../../../src/registry/godoauth.ts";
import { needsOpenBao, startOpenBao, type OpenBao } from "../../../support/openbao.ts";
import { openWorkspace, type Workspace } from "../../../support/workspace.ts";
import { narrow, root } from "../../room.ts";
import { openStand, passwords, type Stand } from "./stand.ts";

const why = needsOpenBao();
const scope = "repository:linux/app:push,pull,delete repository:linux/db:pull,push";
const good = { as: `alice:${passwords.alice}` } as const;

describe.skipIf(why !== undefined)(why === undefined ? "godoauth's way" : `godoauth's way (${why})`, () => {
  let workspace: Workspace;
  let bao: OpenBao;
  let stand: Stand;

  beforeAll(async () => {
    workspace = openWorkspace();
    bao = await startOpenBao(workspace, { tls: false });
    const access = "repository:linux/app:*;repository:linux/db:pull";
    for (const mount of ["linux", "mac"]) {
      await bao.mountKv(mount, 1);
      await bao.writeUser(mount, 1, "alice", { password: passwords.alice, access });
    }
    await bao.writeUser("linux", 1, "broken", { password: 5, access });
  });
  afterAll(async () => {
    await workspace.close();
  });
  afterEach(async () => {
    await stand.close();
  });

  async function open(): Promise<void> {
    stand = await openStand();
    const settings = readGodoauth(
      "godoauth.yml",
      {
        storage: {
          vault: { proto: "http", host: "127.0.0.1", port: Number(new URL(bao.address).port), auth_token: bao.token },
        },
        http: { addr: "127.0.0.1:0" },
        token: { issuer: "Token", certificate: stand.keys.certificate, key: stand.keys.key, expiration: 100 },
      },
      (inFile) => inFile,
    );
    await stand.reopen(settings);
  }

  it("takes each service for a mount, and its users from there", async () => {
    await open();
    for (const service of ["linux", "mac"]) {
      const told = await stand.get({ service, scope, account: "alice" }, good);
      expect(told.claims).toMatchObject({
        iss: "Token",
        aud: service,
        sub: "alice",
        access: [
          { name: "linux/app", actions: ["push", "pull", "delete"] },
          { name: "linux/db", actions: ["pull"] },
        ],
      });
      expect(told.json["expires_in"]).toBe(100);
    }
    expect((await stand.get({ service: "linux", scope }, { as: `alice:${passwords.bob}` })).status).toBe(401);
    expect((await stand.get({ service: "linux", scope }, { as: `broken:5` })).status).toBeGreaterThanOrEqual(401);
    expect((await stand.get({ service: "linux", scope })).status).toBe(401);
  });

  it("asks for nobody but plain names below plain mounts", async () => {
    await open();
    for (const service of ["..", "sys", "auth", "a/b", "linux/../mac", "linux%2f..", "linux?x", "identity"]) {
      expect((await stand.get({ service, scope }, good)).status, service).toBe(400);
    }
    const names = ["../mac/alice", "..", ".", "alice/../alice", "alice/", "/alice", "", "a?b", "a#b", "a%2f..", "a&b"];
    for (const name of names) {
      const told = await stand.get({ service: "linux", scope }, { as: `${name}:${passwords.alice}` });
      expect(told.status, name).toBe(401);
    }
  });

  it("tires of strangers who think up services, holds few of them, and counts them as one", async () => {
    await open();
    const think = async (at: number): Promise<number> => (await stand.get({ service: `s${at}`, scope }, good)).status;
    for (let at = 0; at < 100; at++) expect(await think(at)).toBe(503);
    expect(await think(100)).toBe(429);
    expect((await stand.ask("GET", "/healthz")).json).toMatchObject({
      status: "ok",
      services: [{ name: "any", users: "reachable" }],
    });
    expect((await stand.ask("GET", "/metrics")).text).not.toContain("s99");
    expect(stand.room.log().match(/users could not be asked/g)?.length).toBeLessThan(10);
    stand.room.later(61_000);
    expect((await stand.get({ service: "linux", scope }, good)).status).toBe(200);
    stand.room.later(6000);
    expect((await stand.ask("GET", "/healthz")).json).toMatchObject({
      services: [{ name: "any", users: "reachable" }],
    });
    const { text } = await stand.ask("GET", "/metrics");
    expect(text).toContain('docker_id_registry_requests_total{service="any",holder="nobody",verdict="refused"} 100');
    expect(text).toContain('docker_id_registry_requests_total{service="any",holder="user",verdict="part"} 1');
  });

  it("takes ids all the same, and gives refresh tokens", async () => {
    await open();
    const told = await stand.get({ service: "linux", scope, offline_token: "true" }, good);
    const refresh = String(told.json["refresh_token"]);
    const form = { grant_type: "refresh_token", refresh_token: refresh, service: "linux", scope };
    expect((await stand.post(form)).claims).toMatchObject({ sub: "alice", aud: "linux" });
    expect((await stand.post({ ...form, service: "mac" })).status).toBe(401);
    expect((await stand.get({ service: "linux", scope }, { as: `docker-id:${narrow(root, "op=read")}` })).status).toBe(
      200,
    );
  });
});
