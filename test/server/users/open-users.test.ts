import { describe, expect, it } from "vitest";
import { openUsers } from "../../../src/server/users/open-users.ts";
import type { UserSettings } from "../../../src/server/users/users.ts";
import { cheapScrypt, hashingFor, readableLog, standingClock } from "./records.ts";

const open = async (users: Readonly<Record<string, UserSettings>>) => {
  const { clock } = standingClock();
  return await openUsers({ users }, { clock, log: readableLog().log, hashing: hashingFor(clock) });
};

const fingerprint = async (name: string, user: UserSettings) => {
  const found = await (await open({ [name]: user })).find(name);
  return Buffer.from(found?.fingerprint ?? []).toString("hex");
};

describe("users of the configuration", () => {
  it("are found with what was said of them, and nobody else is", async () => {
    const password = await cheapScrypt("right");
    const labels = { team: "a", tier: ["gold", "silver"] };
    const users = await open({ alice: { password, labels, access: "repository:a:pull" }, bob: { password } });
    const alice = await users.find("alice");
    expect(alice).toMatchObject({ name: "alice", access: "repository:a:pull" });
    expect(alice?.labels).toEqual({ team: ["a"], tier: ["gold", "silver"] });
    expect(await alice?.passwordIs("right")).toBe(true);
    expect(await alice?.passwordIs("wrong")).toBe(false);
    const bob = await users.find("bob");
    expect(bob).not.toHaveProperty("access");
    for (const name of ["", "Alice", "alice ", "carol", "constructor", "__proto__", "toString"]) {
      expect(await users.find(name)).toBeUndefined();
    }
    users.close();
  });

  it("have a fingerprint that changes with the password and the name, and nothing else", async () => {
    const [one, another] = [await cheapScrypt("right"), await cheapScrypt("right")];
    const before = await fingerprint("alice", { password: one });
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprint("alice", { password: one, access: "repository:a:*", labels: { a: "b" } })).toBe(before);
    expect(await fingerprint("alice", { password: another })).not.toBe(before);
    expect(await fingerprint("alicf", { password: one })).not.toBe(before);
  });

  it.each(["", ".", "..", "a/b", "../a", "a..b", "a\nb", "a\0", "a\u2028b", "\ud800", "x".repeat(129), "é".repeat(65)])(
    "cannot be called %j",
    async (name) => {
      const password = await cheapScrypt("right");
      await expect(open({ [name]: { password } })).rejects.toMatchObject({ code: "misuse" });
      expect(await (await open({})).find(name)).toBeUndefined();
    },
  );

  it.each(["docker-id", "alice:1893456000.0123456789abcdef01234567", ":"])(
    "are not found as %j, which a token's subject would say of an id",
    async (name) => {
      const password = await cheapScrypt("right");
      expect(await (await open({ [name]: { password } })).find(name)).toBeUndefined();
    },
  );

  it("cannot have a password that is stored as it is, which no message repeats", async () => {
    const opening = open({ alice: { password: "hunter2" } });
    await expect(opening).rejects.toMatchObject({ code: "misuse", message: expect.stringMatching(/"alice"/) });
    await expect(opening).rejects.not.toThrow(/hunter2/);
  });

  it("are not told from those who are not there: a name of nobody costs a hash like theirs", async () => {
    const { clock } = standingClock();
    const hashing = hashingFor(clock);
    const spent: unknown[] = [];
    const password = await cheapScrypt("right");
    const watched = {
      ...hashing,
      dummy: async (given: string, instead: unknown) => {
        spent.push(instead);
        await hashing.dummy(given);
      },
    };
    const users = await openUsers(
      { users: { alice: { password } } },
      { clock, log: readableLog().log, hashing: watched },
    );
    await users.dummy("carol", "wrong");
    expect(spent).toEqual([{ name: "carol", like: password }]);
    const empty = await openUsers({ users: {} }, { clock, log: readableLog().log, hashing: watched });
    await empty.dummy("carol", "wrong");
    expect(spent.at(1)).toEqual({ name: "carol" });
  });
});
