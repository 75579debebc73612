import { createHash, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RootKey, Store } from "../../src/server/stores/store.ts";
import { someKey } from "./some-key.ts";

/** One place where a store can live: empty at first, then opened as often as the suite likes. */
export interface StorePlace {
  /** Makes the store that records *open*. */
  create(): Promise<Store>;
  /** Opens it as another process, or a later one, would. */
  reopen(): Promise<Store>;
  /** Takes everything away. */
  remove(): Promise<void>;
}

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();
const bytes = (key: RootKey | undefined) => key && { ...key, key: [...key.key], salt: key.salt && [...key.salt] };

/** What every store owes the gate. */
export function storeSuite(name: string, place: () => Promise<StorePlace>): void {
  describe(`${name} as a store`, () => {
    let here: StorePlace;
    let store: Store;
    const opened: Store[] = [];
    const reopen = async (): Promise<Store> => {
      const another = await here.reopen();
      opened.push(another);
      return another;
    };

    beforeEach(async () => {
      here = await place();
      store = await here.create();
      opened.push(store);
    });
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
      await here.remove();
    });

    it("records open, and will not be created twice", async () => {
      expect(await store.state()).toEqual({ kind: "open" });
      await expect(here.create()).rejects.toMatchObject({ code: "conflict" });
      expect(await (await reopen()).state()).toEqual({ kind: "open" });
    });

    it("is guarded from install to retire, for whoever opens it", async () => {
      const key = someKey();
      await store.install(key);
      expect(await store.state()).toEqual({ kind: "guarded", kid: key.kid });
      const another = await reopen();
      expect(await another.state()).toEqual({ kind: "guarded", kid: key.kid });
      expect(bytes(await another.rootKey(key.kid))).toEqual(bytes(key));
      await another.retire(key.kid);
      expect(await store.state()).toEqual({ kind: "open" });
      expect(await store.rootKey(key.kid)).toBeUndefined();
      expect(await store.retired(key.kid)).toBe(true);
    });

    it("keeps a key without a salt", async () => {
      const { salt: _salt, ...key } = someKey();
      await store.install(key);
      expect(bytes(await (await reopen()).rootKey(key.kid))).toEqual({ ...bytes(key), salt: undefined });
    });

    it("installs once, and never a KID that was used", async () => {
      const key = someKey();
      await store.install(key);
      await expect(store.install(someKey())).rejects.toMatchObject({ code: "conflict" });
      await expect(store.install(key)).rejects.toMatchObject({ code: "conflict" });
      await store.retire(key.kid);
      await expect(store.install({ ...someKey(), kid: key.kid })).rejects.toMatchObject({ code: "conflict" });
      expect(await store.state()).toEqual({ kind: "open" });
      await store.install(someKey());
    });

    it("retires only the key in force", async () => {
      await expect(store.retire(someKey().kid)).rejects.toMatchObject({ code: "conflict" });
      const key = someKey();
      await store.install(key);
      await expect(store.retire(someKey().kid)).rejects.toMatchObject({ code: "conflict" });
      expect(await store.state()).toEqual({ kind: "guarded", kid: key.kid });
      expect(await store.retired(key.kid)).toBe(false);
    });

    it.each([
      ["a KID that is none", { kid: "x" }],
      ["a KID in capitals", { kid: "A".repeat(32) }],
      ["a short key", { key: randomBytes(31) }],
      ["a short salt", { salt: randomBytes(31) }],
      ["no identifier", { identifier: "" }],
    ])("installs nothing with %s", async (_what, wrong) => {
      await expect(store.install({ ...someKey(), ...wrong })).rejects.toMatchObject({ code: "misuse" });
      expect(await store.state()).toEqual({ kind: "open" });
    });

    it("finds any revoked point of a chain, and nothing else", async () => {
      const points = [digest("root"), digest("child"), digest("grandchild")];
      expect(await store.revoked(points, ["a", "b"])).toBe(false);
      expect(await store.revoked([], [])).toBe(false);
      await store.revoke({ point: { signature: digest("child") } });
      await store.revoke({ point: { link: "b" } });
      for (const each of [store, await reopen()]) {
        expect(await each.revoked(points, [])).toBe(true);
        expect(await each.revoked([digest("root"), digest("sibling")], ["a"])).toBe(false);
        expect(await each.revoked([], ["a", "b"])).toBe(true);
        expect(await each.revoked([digest("b")], ["c", "B", ""])).toBe(false);
      }
    });

    it("never takes a link for a signature", async () => {
      const signature = digest("x");
      await store.revoke({ point: { signature } });
      expect(
        await store.revoked([], [Buffer.from(signature).toString("latin1"), Buffer.from(signature).toString()]),
      ).toBe(false);
    });

    it("revokes again without complaint, and the later term stands", async () => {
      const point = { signature: digest("x") };
      const [soon, late] = [new Date(1_000), new Date(2_000)];
      await store.revoke({ point, until: soon });
      await store.revoke({ point, until: late });
      await store.revoke({ point, until: soon });
      expect(await store.forget(new Date(1_999))).toBe(0);
      await store.revoke({ point });
      await store.revoke({ point, until: soon });
      expect(await store.forget(new Date(1e15))).toBe(0);
      expect(await store.revoked([point.signature], [])).toBe(true);
    });

    it("forgets what may be forgotten by then", async () => {
      await store.revoke({ point: { signature: digest("a") }, until: new Date(1_000) });
      await store.revoke({ point: { link: "b" }, until: new Date(2_000) });
      await store.revoke({ point: { link: "c" } });
      expect(await store.forget(new Date(999))).toBe(0);
      expect(await store.forget(new Date(1_000))).toBe(1);
      expect(await store.revoked([digest("a")], [])).toBe(false);
      expect(await store.forget(new Date(5_000))).toBe(1);
      expect(await store.revoked([], ["c"])).toBe(true);
    });

    it("keeps revocations beyond destroy and a new init", async () => {
      const key = someKey();
      await store.install(key);
      await store.revoke({ point: { link: "x" } });
      await store.retire(key.kid);
      await store.install(someKey());
      expect(await store.revoked([], ["x"])).toBe(true);
    });

    it("remembers exactly what was revoked, whatever it is called", async () => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(fc.string({ unit: "binary" }), { minLength: 2 }), async (names) => {
          const [kept, ...rest] = names.map((each) => `${randomBytes(4).toString("hex")}${each}`);
          for (const link of rest) await store.revoke({ point: { link } });
          for (const link of rest) expect(await store.revoked([], [link])).toBe(true);
          expect(await store.revoked([], [kept ?? ""])).toBe(false);
        }),
        { numRuns: 10 },
      );
    });

    it("changes its version with every write, another process's too, and only then", async () => {
      const another = await reopen();
      const seen = new Set<number>();
      const changed = (): void => {
        const version = store.version();
        expect(seen.has(version)).toBe(false);
        seen.add(version);
        expect(store.version()).toBe(version);
      };
      store.version();
      changed();
      const key = someKey();
      await store.install(key);
      changed();
      await another.revoke({ point: { link: "x" } });
      changed();
      await another.retire(key.kid);
      changed();
      await store.revoke({ point: { link: "y" } });
      changed();
    });

    it("rejects everything once it is closed", async () => {
      await store.close();
      await store.close();
      await expect(store.state()).rejects.toMatchObject({ code: "unreadable" });
      await expect(store.revoked([], [])).rejects.toMatchObject({ code: "unreadable" });
      await expect(store.install(someKey())).rejects.toMatchObject({ code: "unreadable" });
    });
  });
}
