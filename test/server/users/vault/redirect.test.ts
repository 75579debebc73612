import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../../../src/server/users/vault/client.ts";
import { followRedirect } from "../../../../src/server/users/vault/redirect.ts";
import { readTarget } from "../../../../src/server/users/vault/target.ts";
import { makeAuthority, type Authority, type Pair } from "../../../support/certificates.ts";
import { needs } from "../../../support/needs.ts";
import { playRecorded, recorded, type Recorded, type RecordedVault } from "./recorded.ts";

const path = "/v1/registry/alice";
const missing = needs("openssl");

describe.skipIf(missing !== undefined)(`a standby in recorded answers of Vault's API${missing ?? ""}`, () => {
  let folder: string;
  let authority: Authority;
  let pair: Pair;
  let foreign: Pair;
  const open: { close(): unknown }[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-"));
    authority = makeAuthority(folder);
    pair = authority.issue("node", "/CN=node");
    foreign = makeAuthority(folder, "foreign").issue("other", "/CN=other");
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  const play = async (answer: () => Recorded, tls?: Pair): Promise<RecordedVault> => {
    const vault = await playRecorded(answer, tls);
    open.push(vault);
    return vault;
  };
  const clientOf = (address: string, ca?: string) => {
    const settings = { address, mount: "registry", kv: 1, auth: { token: "t" }, timeoutMs: 5000 } as const;
    const client = createClient(readTarget({ ...settings, ...(ca === undefined ? {} : { ca }) }));
    open.push(client);
    return client;
  };
  const ask = async (address: string, ca?: string) =>
    await clientOf(address, ca).ask({ method: "GET", path, token: "s.secret" });

  it.each([307, 308])(
    "is followed by %i to the node in charge, for whom the same authority vouches, with the token",
    async (status) => {
      const active = await play(() => recorded.user("x"), pair);
      const standby = await play(() => ({ ...recorded.standby(`${active.address}${path}`), status }), pair);
      expect(await ask(standby.address, authority.certificate)).toMatchObject({ status: 200 });
      expect(active.asked).toMatchObject([{ method: "GET", path, headers: { "x-vault-token": "s.secret" } }]);
    },
  );

  it("is followed with what was posted", async () => {
    const active = await play(() => recorded.self, pair);
    const standby = await play(() => recorded.standby(`${active.address}/v1/auth/approle/login`), pair);
    const client = clientOf(standby.address, authority.certificate);
    await client.ask({ method: "POST", path: "/v1/auth/approle/login", body: { role_id: "r", secret_id: "s" } });
    expect(active.asked).toMatchObject([{ method: "POST", body: '{"role_id":"r","secret_id":"s"}' }]);
  });

  it("may send to itself, a few times", async () => {
    const answers: Recorded[] = [recorded.standby(path), recorded.user("x")];
    const vault = await play(() => answers.shift() ?? recorded.standby(path));
    expect(await ask(vault.address)).toMatchObject({ status: 200 });
    await expect(ask(vault.address)).rejects.toThrow(/send each to another/);
    expect(vault.asked).toHaveLength(2 + 4);
  });

  it("never gets the token to another host without TLS", async () => {
    const other = await play(() => recorded.user("x"));
    const standby = await play(() => recorded.standby(`${other.address}${path}`));
    await expect(ask(standby.address)).rejects.toThrow(/the token is not sent where it points/);
    const secure = await play(() => recorded.standby(`${other.address}${path}`), pair);
    await expect(ask(secure.address, authority.certificate)).rejects.toThrow(/the token is not sent where it points/);
    expect(other.asked).toEqual([]);
  });

  it("never gets it from plain HTTP to TLS elsewhere, nor to whom another authority vouches for", async () => {
    const other = await play(() => recorded.user("x"), foreign);
    const plain = await play(() => recorded.standby(`${other.address}${path}`));
    await expect(ask(plain.address, authority.certificate)).rejects.toThrow(/the token is not sent where it points/);
    const secure = await play(() => recorded.standby(`${other.address}${path}`), pair);
    await expect(ask(secure.address, authority.certificate)).rejects.toThrow(/cannot be asked/);
    expect(other.asked).toEqual([]);
  });

  it("never gets it to another host while the world's authorities are believed", async () => {
    const address = "https://vault.example";
    const target = readTarget({ address, mount: "m", kv: 1, auth: { token: "t" }, timeoutMs: 1 });
    const answer = { status: 307, location: `https://other.example${path}`, body: undefined };
    expect(() => followRedirect(answer, new URL(path, address), target)).toThrow(/not sent where/);
  });

  it.each([
    [302, (at: string) => `${at}${path}`],
    [303, (at: string) => `${at}${path}`],
    [300, (at: string) => `${at}${path}`],
    [307, (at: string) => `${at}/v1/sys/mounts`],
    [307, (at: string) => `${at}${path}?list=true`],
    [307, (at: string) => `${at}${path}#x`],
    [307, (at: string) => `${at.replace("//", "//user@")}${path}`],
    [307, (at: string) => `${at.replace("//", "//:word@")}${path}`],
    [307, () => "file:///etc/passwd"],
    [307, () => "https://"],
  ])("is not followed by %i to anything but the same question", async (status, locate) => {
    const vault = await play(() => ({ status, headers: { location: locate(vault.address) } }));
    await expect(ask(vault.address)).rejects.toThrow(/redirect that no standby would send/);
    expect(vault.asked).toHaveLength(1);
  });
});
