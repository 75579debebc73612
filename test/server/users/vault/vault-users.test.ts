import { afterEach, describe, expect, it } from "vitest";
import { openUsers } from "../../../../src/server/users/open-users.ts";
import type { Users, VaultSettings } from "../../../../src/server/users/users.ts";
import { mostAnswerBytes } from "../../../../src/server/users/vault/exchange.ts";
import { vaultMemoryMs } from "../../../../src/server/users/vault/vault-users.ts";
import { cheapScrypt, hashingFor, readableLog, standingClock } from "../records.ts";
import { type Asked, playRecorded, recorded, type Recorded, type RecordedVault } from "./recorded.ts";

const token = "s.recorded";

describe("users of recorded answers of Vault's API", () => {
  const open: { close(): unknown }[] = [];
  const { clock, pass } = standingClock();
  const { log, lines } = readableLog();
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  const openWith = async (
    answer: (asked: Asked) => Recorded | undefined | Promise<Recorded | undefined>,
    settings: Partial<VaultSettings> = {},
  ): Promise<{ users: Users; vault: RecordedVault }> => {
    const vault = await playRecorded((asked) => (asked.path.endsWith("/lookup-self") ? recorded.self : answer(asked)));
    const usual = { address: vault.address, mount: "registry", kv: 1, auth: { token }, timeoutMs: 5000 } as const;
    const needs = { clock, log, hashing: hashingFor(clock) };
    const users = await openUsers({ users: {}, vault: { ...usual, ...settings } }, needs);
    open.push(users, vault);
    vault.asked.length = 0;
    return { users, vault };
  };

  it.each([
    [{}, "/v1/registry/a%2Bb%20%C3%A9"],
    [{ kv: 2 }, "/v1/registry/data/a%2Bb%20%C3%A9"],
    [{ kv: 2, mount: "/team/kv/", path: "door/users" }, "/v1/team/kv/data/door/users/a%2Bb%20%C3%A9"],
  ] as const)("are asked for in their one place, %j", async (settings, path) => {
    const { users, vault } = await openWith(() => recorded.missing, { ...settings, namespace: "team/" });
    expect(await users.find("a+b é")).toBeUndefined();
    expect(vault.asked).toMatchObject([{ method: "GET", path, body: "" }]);
    expect(vault.asked[0]?.headers).toMatchObject({
      "x-vault-token": token,
      "x-vault-namespace": "team",
      "x-vault-request": "true",
    });
  });

  it("are not asked for under a name that is another place or none", async () => {
    const { users, vault } = await openWith(() => recorded.user("x"));
    for (const name of ["", ".", "..", "a/b", "a/../b", "a..b", "a\r\nb", "\0", "\ud800", "x".repeat(129)]) {
      expect(await users.find(name)).toBeUndefined();
    }
    expect(vault.asked).toEqual([]);
  });

  it.each<[string, VaultSettings["kv"], unknown]>([
    ["nothing", 1, ""],
    ["no JSON", 1, "<html>"],
    ["null", 1, null],
    ["a list", 1, []],
    ["no data", 1, {}],
    ["data that is null", 1, { data: null }],
    ["data that is text", 1, { data: "password" }],
    ["data that is a list", 1, { data: [{ password: "x" }] }],
    ["a number for a password", 1, { data: { password: 5 } }],
    ["a list for a password", 1, { data: { password: ["x"] } }],
    ["an empty password", 1, { data: { password: "" } }],
    ["a password on the wrong floor", 2, { data: { password: "x" } }],
    ["inner data that is null", 2, { data: { data: null } }],
    ["inner data that is text", 2, { data: { data: "password" } }],
    ["a list for access", 1, { data: { password: "x", access: ["repository:a:*"] } }],
    ["a password by inheritance", 1, '{"data": {"__proto__": {"password": "x"}}}'],
  ])("are nobody where the answer holds %s", async (_what, kv, body) => {
    const { users } = await openWith(() => ({ status: 200, body }), { kv });
    expect(await users.find("alice")).toBeUndefined();
  });

  it.each([
    [400, /odd answer \(400\)/],
    [403, /denies its token/],
    [412, /odd answer/],
    [429, /asked too often, or is a standby/],
    [472, /standby/],
    [473, /standby/],
    [500, /odd answer/],
    [502, /odd answer/],
    [503, /sealed/],
    [204, /odd answer/],
    [301, /redirect that no standby would send/],
  ])("cannot be asked for at a status of %i, and what was said with it is not repeated", async (status, why) => {
    const { users } = await openWith(() => ({ status, body: { errors: [`your token ${token}\n`] } }));
    const finding = users.find("alice");
    await expect(finding).rejects.toMatchObject({ code: "failed", message: expect.stringMatching(why) });
    await expect(finding).rejects.not.toThrow(token);
  });

  it("are nobody where the newest version was deleted", async () => {
    const { users } = await openWith(() => recorded.deleted, { kv: 2 });
    expect(await users.find("alice")).toBeUndefined();
  });

  it.each([
    ["is mounted", { errors: ['no handler for route "registry/alice". route entry not found.'] }],
    ["is of that version", { data: null, warnings: ["Invalid path for a versioned K/V secrets engine."] }],
  ])("cannot be asked for where no store %s", async (_what, body) => {
    const { users } = await openWith(() => ({ status: 404, body }));
    await expect(users.find("alice")).rejects.toThrow(/no key-value store of version 1 at that mount/);
  });

  it("have the password that is stored, or the one whose hash is, of no more than 1024 bytes", async () => {
    const hashed = await cheapScrypt("right");
    const long = "x".repeat(1025);
    const cases = [
      ["right", "right", true],
      ["right", "wrong", false],
      ["right", "right\0", false],
      [hashed, "right", true],
      [hashed, hashed, false],
      [long, long, false],
      [long.slice(1), long.slice(1), true],
    ] as const;
    for (const [stored, given, is] of cases) {
      const { users } = await openWith(() => recorded.user(stored));
      expect(await (await users.find("alice"))?.passwordIs(given)).toBe(is);
    }
  });

  it.each(["$6$salt$hash", "{SHA}x", "$scrypt$ln=30,r=8,p=1$AAAA$AAAA", "$2x$05$x"])(
    "are nobody where what is stored is meant as a hash and is none here, %s, which the log says once",
    async (stored) => {
      const { users } = await openWith(() => recorded.user(stored));
      const before = lines.length;
      for (let round = 0; round < 3; round += 1) {
        expect(await users.find("alice")).toBeUndefined();
        pass(vaultMemoryMs);
      }
      expect(lines.slice(before)).toEqual([expect.stringMatching(/\\"alice\\" is no user: the stored password/)]);
      expect(lines.join()).not.toContain(stored);
    },
  );

  it("are asked for once however many want them at the moment, and then not for a while", async () => {
    const { users, vault } = await openWith(() => recorded.user("x"));
    const found = await Promise.all(Array.from({ length: 50 }, async () => await users.find("alice")));
    expect(new Set(found).size).toBe(1);
    await users.find("alice");
    expect(vault.asked).toHaveLength(1);
    pass(vaultMemoryMs);
    await users.find("alice");
    expect(vault.asked).toHaveLength(2);
    expect(new Set(vault.asked.map(({ port }) => port)).size).toBe(1);
  });

  it("are asked for again at once after a failure", async () => {
    const answers: Recorded[] = [recorded.sealed, recorded.user("x")];
    const { users } = await openWith(() => answers.shift());
    await expect(users.find("alice")).rejects.toThrow(/sealed/);
    expect(await users.find("alice")).toBeDefined();
  });

  it("cannot be asked for, all of them at once, but for so many names", async () => {
    const held = Promise.withResolvers<Recorded>();
    const { users } = await openWith(async () => await held.promise);
    const finding = Array.from({ length: 257 }, async (_, index) => await users.find(`name-${index}`));
    await expect(finding[256]).rejects.toThrow(/asked too much at once/);
    held.resolve(recorded.missing);
    await Promise.all(finding.slice(0, 256));
    expect(await users.find("name-256")).toBeUndefined();
  });

  it("cannot be asked for where the answer takes too long, is cut, or is too large", async () => {
    const hanging = await openWith(() => undefined, { timeoutMs: 300 });
    await expect(hanging.users.find("alice")).rejects.toThrow(/took too long to answer/);
    const headers = { "content-length": "1000" };
    const cut = await openWith(() => ({ status: 200, body: '{"data":', headers }), { timeoutMs: 300 });
    await expect(cut.users.find("alice")).rejects.toThrow(/took too long to answer/);
    const large = await openWith(() => ({ status: 200, body: `"${"x".repeat(mostAnswerBytes)}"` }));
    await expect(large.users.find("alice")).rejects.toThrow(/larger than any should be/);
    const most = { data: { password: "x", more: "y".repeat(mostAnswerBytes - 100) } };
    const full = await openWith(() => ({ status: 200, body: most }));
    expect(await full.users.find("alice")).toBeDefined();
  });

  it("are asked for once more where the kept connection was closed meanwhile", async () => {
    let resets = 1;
    const { users, vault } = await openWith((asked) => {
      if (!asked.path.endsWith("alice") || resets-- <= 0) return recorded.user("x");
      throw new Error("the connection is reset");
    });
    await users.find("bob");
    expect(await users.find("alice")).toBeDefined();
    expect(vault.asked.map(({ path }) => path.slice(-5))).toEqual(["y/bob", "alice", "alice"]);
  });

  it("make a name of nobody cost what their hashes do, once any was seen", async () => {
    const stored = await cheapScrypt("right");
    const spent: unknown[] = [];
    const hashing = {
      ...hashingFor(clock),
      dummy: async (_: string, as: unknown) => await Promise.resolve(void spent.push(as)),
    };
    const vault = await playRecorded((asked) => (asked.path.endsWith("self") ? recorded.self : recorded.user(stored)));
    const settings = { address: vault.address, mount: "registry", kv: 1, auth: { token }, timeoutMs: 5000 } as const;
    const users = await openUsers({ users: {}, vault: settings }, { clock, log, hashing });
    open.push(users, vault);
    await users.dummy("nobody", "x");
    await users.find("alice");
    await users.dummy("nobody", "x");
    expect(spent).toEqual([{ name: "nobody" }, { name: "nobody", like: stored }]);
  });

  it("never had a token or a password written to the log", () => {
    expect(lines.join("\n")).not.toContain(token);
  });
});
