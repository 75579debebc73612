import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openUsers } from "../../../../src/server/users/open-users.ts";
import type { Users, VaultSettings } from "../../../../src/server/users/users.ts";
import { hashingFor, readableLog, standingClock } from "../records.ts";
import { until } from "../../../support/until.ts";
import { type Asked, playRecorded, recorded, type Recorded, type RecordedVault } from "./recorded.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
const file = join(folder, "secret");
afterAll(() => rmSync(folder, { recursive: true }));

const [self, renew, login] = ["/v1/auth/token/lookup-self", "/v1/auth/token/renew-self", "/v1/auth/approle/login"];
const tokenFor = (token: string, seconds = 0): Recorded => ({
  status: 200,
  body: { auth: { client_token: token, lease_duration: seconds, renewable: true } },
});

describe("a session with recorded answers of Vault's API", () => {
  const open: { close(): unknown }[] = [];
  const { clock, pass } = standingClock();
  const { log, lines } = readableLog();
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    pass(100_000);
  });

  const openWith = async (
    auth: VaultSettings["auth"],
    answer: (asked: Asked, token: unknown) => Recorded,
  ): Promise<{ users: Users; vault: RecordedVault; paths: () => string[] }> => {
    const vault = await playRecorded((asked) => answer(asked, asked.headers["x-vault-token"]));
    const settings = { address: vault.address, mount: "registry", kv: 1, auth, timeoutMs: 5000 } as const;
    const users = await openUsers({ users: {}, vault: settings }, { clock, log, hashing: hashingFor(clock) });
    open.push(users, vault);
    return { users, vault, paths: () => vault.asked.map(({ path }) => path) };
  };

  it("logs in with role and secret id, at the mount that is theirs, and sends no token along", async () => {
    writeFileSync(file, "the-secret-id\n");
    const auth = { roleId: "the-role", secretIdFile: file, mount: "team/approle" };
    const { vault } = await openWith(auth, () => tokenFor("s.one"));
    const body = JSON.stringify({ role_id: "the-role", secret_id: "the-secret-id" });
    expect(vault.asked).toMatchObject([{ method: "POST", path: "/v1/auth/team/approle/login", body }]);
    expect(vault.asked[0]?.headers).not.toHaveProperty("x-vault-token");
  });

  it("logs in anew where the token is none any more, with the secret id of now, and asks again", async () => {
    writeFileSync(file, "first");
    let good = "s.first";
    const { users, vault, paths } = await openWith({ roleId: "r", secretIdFile: file }, ({ path, body }, token) => {
      if (path === login) return tokenFor(`s.${(JSON.parse(body) as { secret_id: string }).secret_id}`);
      return token === good ? recorded.user("x") : recorded.denied;
    });
    expect(await users.find("alice")).toBeDefined();
    good = "s.second";
    writeFileSync(file, "second");
    pass(10_000);
    vault.asked.length = 0;
    const found = await Promise.all(["alice", "bob", "carol"].map(async (name) => await users.find(name)));
    expect(found.every((user) => user !== undefined)).toBe(true);
    expect(paths().filter((path) => path === login)).toHaveLength(1);
  });

  it("does not log in for each user that a good token may not ask for", async () => {
    writeFileSync(file, "x");
    const { users, paths } = await openWith({ roleId: "r", secretIdFile: file }, ({ path }) =>
      path === login ? tokenFor("s.good") : path === self ? recorded.self : recorded.denied,
    );
    for (let round = 0; round < 5; round += 1) {
      pass(3000);
      await expect(users.find(`user-${round}`)).rejects.toThrow(/denies its token the question/);
      await expect(users.find(`other-${round}`)).rejects.toThrow(/denies its token the question/);
    }
    expect(paths().filter((path) => path === login)).toHaveLength(1);
    expect(paths().filter((path) => path === self)).toHaveLength(5);
  });

  it("does not log in again at once where that failed, nor for each of those who come together", async () => {
    writeFileSync(file, "x");
    const { users, paths } = await openWith({ roleId: "r", secretIdFile: file }, () => ({
      status: 400,
      body: { errors: ["invalid role or secret ID"] },
    }));
    const find = async () => await Promise.allSettled(["a", "b", "c"].map(async (name) => await users.find(name)));
    await find();
    expect(paths()).toEqual([login]);
    pass(2000);
    expect((await find()).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(paths()).toEqual([login, login]);
  });

  it("goes on with a token that may not look itself up, and says so once", async () => {
    const { users } = await openWith({ token: "s.narrow" }, ({ path }) =>
      path === self ? recorded.denied : recorded.user("x"),
    );
    for (let round = 0; round < 3; round += 1) {
      pass(10_000);
      expect(await users.find("alice")).toBeDefined();
    }
    expect(lines.filter((line) => line.includes("look itself up"))).toHaveLength(1);
  });

  it("takes the token of its file, and the one that lies there once the first is denied", async () => {
    writeFileSync(file, " s.first \n");
    let good = "s.first";
    const { users, vault } = await openWith({ tokenFile: file }, ({ path }, token) => {
      if (token !== good) return recorded.denied;
      return path === self ? recorded.self : recorded.user("x");
    });
    expect(await users.find("alice")).toBeDefined();
    good = "s.second";
    writeFileSync(file, "s.second");
    pass(10_000);
    expect(await users.find("alice")).toBeDefined();
    expect(vault.asked.at(-1)?.headers["x-vault-token"]).toBe("s.second");
  });

  it.each(["", "two tokens", "s.token\nX-Vault-Token: other"])("takes no token from a file with %j", async (text) => {
    writeFileSync(file, text);
    const { users, vault } = await openWith({ tokenFile: file }, () => recorded.self);
    await expect(users.find("alice")).rejects.toThrow(/credentials does not hold one/);
    expect(vault.asked).toEqual([]);
  });

  it.each([
    [0o600, 0],
    [0o640, 0],
    [0o644, 1],
  ])("says once when its file is everybody's, as with %o", async (mode, times) => {
    writeFileSync(file, "s.token");
    chmodSync(file, mode);
    const before = lines.length;
    const { users } = await openWith({ tokenFile: file }, ({ path }) =>
      path === self ? recorded.self : recorded.denied,
    );
    pass(10_000);
    await expect(users.find("alice")).rejects.toThrow(/denies its token/);
    chmodSync(file, 0o600);
    expect(lines.slice(before).filter((line) => line.includes("every user of this machine"))).toHaveLength(times);
  });

  it("renews its token in time, and logs in anew where that gives less and less", async () => {
    writeFileSync(file, "x");
    let renewals = 0;
    const { paths, users } = await openWith({ roleId: "r", secretIdFile: file }, ({ path }) => {
      if (path === login) return tokenFor("s.one", 1);
      if (path !== renew) return recorded.user("x");
      renewals += 1;
      return tokenFor("s.one", renewals === 1 ? 1 : 0.4);
    });
    await until("it logs in anew", () => paths().filter((path) => path === login).length > 1);
    expect(paths().slice(0, 4)).toEqual([login, renew, renew, login]);
    users.close();
  });

  it("drops a token that Vault would not renew, and logs in for whoever comes next", async () => {
    writeFileSync(file, "x");
    let broken = false;
    const { paths, users } = await openWith({ roleId: "r", secretIdFile: file }, ({ path }) => {
      if (path === login) return broken ? recorded.sealed : tokenFor("s.one", 1);
      return path === renew ? recorded.sealed : recorded.user("x");
    });
    broken = true;
    await until("it has tried", () => lines.some((line) => /could not be renewed.*sealed/.test(line)));
    broken = false;
    pass(10_000);
    await until("it has given up", async () => {
      pass(10_000);
      await users.find("alice");
      return paths().filter((path) => path === login).length > 1;
    });
    users.close();
  });
});
