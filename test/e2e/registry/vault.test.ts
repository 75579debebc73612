import { expect, describe, it } from "vitest";
import { vaultMemoryMs } from "../../../src/server/users/vault/vault-users.ts";
import { cheapArgon2, cheapBcrypt, cheapScrypt } from "../../server/users/records.ts";
import { withVault } from "./vault-stage.ts";

withVault("users of a real OpenBao", (stage) => {
  describe.each([
    ["as godoauth laid them out", "registry", 1],
    ["in a store of version 2", "versioned", 2],
  ] as const)("%s", (_title, mount, kv) => {
    it("are found by their password and access", async () => {
      const users = await stage().open({ mount, kv });
      const alice = await users.find("alice");
      expect(alice).toMatchObject({ name: "alice", labels: {} });
      expect(alice?.access).toBe(kv === 1 ? "repository:linux/app:*" : "repository:linux/db:pull");
      const right = kv === 1 ? "plain wörds" : "other words";
      expect(await alice?.passwordIs(right)).toBe(true);
      for (const wrong of ["", `${right} `, right.toUpperCase(), "x".repeat(5000)]) {
        expect(await alice?.passwordIs(wrong)).toBe(false);
      }
    });

    it("may have hashes in place of passwords, which are no passwords themselves", async () => {
      const hashes = [await cheapScrypt("right"), await cheapArgon2("right", "argon2id"), cheapBcrypt("right", "y")];
      for (const [index, password] of hashes.entries()) {
        await stage().bao.writeUser(mount, kv, `hashed-${index}`, { password });
        const users = await stage().open({ mount, kv });
        const found = await users.find(`hashed-${index}`);
        expect(await found?.passwordIs("right")).toBe(true);
        expect(await found?.passwordIs(password)).toBe(false);
        expect(found).not.toHaveProperty("access");
      }
    });

    it("are nobody where the secret is no user's, whatever it holds", async () => {
      const odd = [{ access: "repository:a:*" }, { password: 5 }, { password: null }, { password: "" }];
      const more = [{ password: ["x"] }, { password: "$6$salt$hash" }, { password: "x", access: 5 }];
      const users = await stage().open({ mount, kv });
      for (const [index, data] of [...odd, ...more].entries()) {
        await stage().bao.writeUser(mount, kv, `odd-${index}`, data);
        expect(await users.find(`odd-${index}`), JSON.stringify(data)).toBeUndefined();
      }
      expect(stage().logged()).toMatch(/odd-5.*is no user: the stored password is no scrypt/);
    });

    it("are nobody under names that nobody has, and other places are never reached by a name", async () => {
      await stage().bao.writeUser(mount, kv, "folder/inner", { password: "x" });
      const users = await stage().open({ mount, kv });
      const names = [
        "bob",
        "Alice",
        "folder/inner",
        "folder%2Finner",
        ".",
        "..",
        "../registry/alice",
        "alice?x",
        "alice#",
      ];
      for (const name of [...names, "", "alice\n", "alice\0", "%61lice", "alice/", "\ud800", "é".repeat(65)]) {
        expect(await users.find(name), name).toBeUndefined();
      }
    });

    it("are found under any other name", async () => {
      const users = await stage().open({ mount, kv });
      for (const name of ["jörg", "a b", "a+b", "100%", "a?b#c", "a\\b", "o'neil", "x@example.org"]) {
        await stage().bao.writeUser(mount, kv, name, { password: name });
        expect(await (await users.find(name))?.passwordIs(name), name).toBe(true);
      }
      // In a token's subject it would pass for an id of the user "a"
      await stage().bao.writeUser(mount, kv, "a:b", { password: "a:b" });
      expect(await users.find("a:b")).toBeUndefined();
    });

    it("are gone, or changed, within the time that answers hold", async () => {
      await stage().bao.writeUser(mount, kv, "carol", { password: "first" });
      const users = await stage().open({ mount, kv });
      const before = await users.find("carol");
      await stage().bao.writeUser(mount, kv, "carol", { password: "second" });
      stage().pass(vaultMemoryMs - 1);
      expect(await (await users.find("carol"))?.passwordIs("first")).toBe(true);
      stage().pass(1);
      const after = await users.find("carol");
      expect(await after?.passwordIs("first")).toBe(false);
      expect(await after?.passwordIs("second")).toBe(true);
      expect(after?.fingerprint).not.toEqual(before?.fingerprint);
      await stage().bao.removeUser(mount, kv, "carol");
      expect(await users.find("carol")).toBeDefined();
      stage().pass(vaultMemoryMs);
      expect(await users.find("carol")).toBeUndefined();
      await stage().bao.writeUser(mount, kv, "carol", { password: "second" });
      stage().pass(vaultMemoryMs);
      expect(await users.find("carol")).toBeDefined();
    });
  });

  it("may lie deeper in the mount", async () => {
    await stage().bao.writeUser("versioned", 2, "deep", { password: "no" });
    await stage().bao.tell("POST", "versioned/data/registry/users/deep", { data: { password: "yes" } });
    const users = await stage().open({ mount: "/versioned/", kv: 2, path: "registry/users" });
    expect(await (await users.find("deep"))?.passwordIs("yes")).toBe(true);
    expect(await users.find("alice")).toBeUndefined();
  });

  it("may lie in a namespace, and those of another are not there", async () => {
    await stage().bao.tell("POST", "sys/namespaces/team");
    await stage().bao.mountKv("registry", 1, "team");
    await stage().bao.writeUser("registry", 1, "dora", { password: "in the team" }, "team");
    const [inside, outside] = [await stage().open({ namespace: "team" }), await stage().open({})];
    expect(await (await inside.find("dora"))?.passwordIs("in the team")).toBe(true);
    expect(await inside.find("alice")).toBeUndefined();
    expect(await outside.find("dora")).toBeUndefined();
  });

  it.each([
    ["that is not mounted", { mount: "nowhere" }],
    ["of version 1 that is said to be of 2", { mount: "versioned", kv: 1 }],
  ] as const)("cannot be asked for in a store %s", async (_what, settings) => {
    const users = await stage().open(settings);
    await expect(users.find("alice")).rejects.toMatchObject({
      code: "failed",
      message: expect.stringMatching(/no key-value store of version 1 at that mount/),
    });
  });
});
