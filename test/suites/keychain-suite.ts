import { beforeEach, describe, expect, it } from "vitest";
import type { Keychain } from "../../src/keychain/keychain.ts";
import { tryKeychain } from "../../src/keychain/keychain.ts";
import { forgetId, keepId, readKeptId } from "../../src/keychain/kept-id.ts";

/** What every keychain promises; `open` gives a usable one, and may give the same one again. */
export function keychainSuite(title: string, open: () => Keychain): void {
  describe(title, () => {
    let keychain: Keychain;
    beforeEach(async () => {
      keychain = open();
      for (const account of await keychain.list()) await keychain.delete(account);
    });

    it("has nothing for an account that it never saw", async () => {
      expect(await keychain.get("unix:///none#default")).toBeUndefined();
      expect(await keychain.delete("unix:///none#default")).toBe(false);
      expect(await keychain.list()).toEqual([]);
    });

    it("gives back what it was given, by account", async () => {
      await keychain.set("unix:///a#default", "one");
      await keychain.set("tcp://b:2376#default", "two");
      expect(await keychain.get("unix:///a#default")).toBe("one");
      expect(await keychain.get("tcp://b:2376#default")).toBe("two");
      expect([...(await keychain.list())].sort()).toEqual(["tcp://b:2376#default", "unix:///a#default"]);
    });

    it("keeps the last of two", async () => {
      await keychain.set("unix:///a#default", "one");
      await keychain.set("unix:///a#default", "two");
      expect(await keychain.get("unix:///a#default")).toBe("two");
      expect(await keychain.list()).toEqual(["unix:///a#default"]);
    });

    it("forgets", async () => {
      await keychain.set("unix:///a#default", "one");
      expect(await keychain.delete("unix:///a#default")).toBe(true);
      expect(await keychain.get("unix:///a#default")).toBeUndefined();
    });

    it("keeps a secret of 1 200 characters whole, and names that objects have by themselves", async () => {
      const long = 'é"\\\n'.repeat(300);
      await keychain.set("constructor", long);
      expect(await keychain.get("constructor")).toBe(long);
      expect(await keychain.get("toString")).toBeUndefined();
    });

    it("leaves nothing of a trial behind", async () => {
      await tryKeychain(keychain, "0123");
      expect(await keychain.list()).toEqual([]);
    });

    it("keeps ids, and refuses to read what is none", async () => {
      const kept = { id: "dkid_x", kid: "0".repeat(32), salt: "AAAA" };
      await keepId(keychain, "unix:///a", "default", kept);
      expect(await readKeptId(keychain, "unix:///a", "default")).toEqual(kept);
      expect(await readKeptId(keychain, "unix:///b", "default")).toBeUndefined();
      expect(await forgetId(keychain, "unix:///a", "default")).toBe(true);
      await keychain.set("unix:///a#default", "no JSON");
      await expect(readKeptId(keychain, "unix:///a", "default")).rejects.toMatchObject({ code: "no_keychain" });
    });
  });
}
