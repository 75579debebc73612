import { describe, expect, it } from "vitest";
import { rememberedMs } from "../../../src/server/users/hashing.ts";
import { cheapArgon2, cheapBcrypt, cheapScrypt, hashingFor, standingClock } from "./records.ts";

const other = `$scrypt$ln=10,r=1,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;
const kinds = [
  ["scrypt", cheapScrypt],
  ["argon2id", async (password: string) => await cheapArgon2(password, "argon2id")],
  ["argon2i", async (password: string) => await cheapArgon2(password, "argon2i")],
  ["argon2d", async (password: string) => await cheapArgon2(password, "argon2d")],
  ["bcrypt $2b$", async (password: string) => await Promise.resolve(cheapBcrypt(password))],
  ["bcrypt $2y$", async (password: string) => await Promise.resolve(cheapBcrypt(password, "y"))],
  ["bcrypt $2a$", async (password: string) => await Promise.resolve(cheapBcrypt(password, "a"))],
] as const;

describe.each(kinds)("hashing with %s", (kind, store) => {
  const isBcrypt = kind.startsWith("bcrypt");
  it("knows the password and no other, again and again", async () => {
    const hashing = hashingFor(() => new Date());
    const stored = await store("correct hörse");
    for (let round = 0; round < 2; round += 1) {
      expect(await hashing.verify(stored, "correct hörse")).toBe(true);
      for (const wrong of ["", "correct horse", "correct hörse ", stored, "\0"]) {
        expect(await hashing.verify(stored, wrong)).toBe(false);
      }
    }
  });

  it("has no use for a password that is empty or too long, right or not", async () => {
    const hashing = hashingFor(() => new Date());
    const longest = isBcrypt ? 72 : 1024;
    const most = "x".repeat(longest);
    expect(await hashing.verify(await store(most), most)).toBe(true);
    expect(await hashing.verify(await store(`${most}x`), `${most}x`)).toBe(false);
    expect(await hashing.verify(await store(most), `${most}x`)).toBe(false);
    expect(await hashing.verify(await store(""), "")).toBe(false);
  });
});

describe("hashing", () => {
  it("ends no bcrypt password at a NUL, as others do", async () => {
    const hashing = hashingFor(() => new Date());
    expect(await hashing.verify(cheapBcrypt("a"), "a\0b")).toBe(false);
    expect(await hashing.verify(cheapBcrypt("a\0b"), "a\0b")).toBe(false);
  });

  it("refuses what is no record, and does not take it for the password", async () => {
    const hashing = hashingFor(() => new Date());
    for (const stored of ["hunter2", "", "$6$a$b"]) {
      await expect(hashing.verify(stored, stored)).rejects.toMatchObject({ code: "misuse" });
    }
  });

  it("runs so many at once, lets so many wait, and rejects more at once", async () => {
    const hashing = hashingFor(() => new Date(), { hashing: 1, waiting: 1 });
    const [first, second, third] = [1, 2, 3].map(async (each) => await hashing.verify(other, `wrong ${each}`));
    await expect(third).rejects.toMatchObject({ code: "failed", message: expect.stringMatching(/too many/) });
    expect(await Promise.all([first, second])).toEqual([false, false]);
    expect(await hashing.verify(other, "wrong 3")).toBe(false);
  });

  it("hashes a password once for all that ask for it at that moment, for users and for nobody", async () => {
    const hashing = hashingFor(() => new Date(), { hashing: 1, waiting: 0 });
    const stored = await cheapScrypt("right");
    const asked = Array.from({ length: 20 }, async () => await hashing.verify(stored, "right"));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([true]));
    const nobody = { name: "nobody", like: stored };
    await Promise.all(Array.from({ length: 20 }, async () => await hashing.dummy("wrong", nobody)));
    const two = [hashing.dummy("wrong", nobody), hashing.dummy("wrong", { ...nobody, name: "another" })];
    expect((await Promise.allSettled(two)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });

  it("remembers for some minutes what was right, needs no place for it, and forgets it with the record", async () => {
    const time = standingClock();
    const hashing = hashingFor(time.clock, { hashing: 1, waiting: 0 });
    const stored = await cheapScrypt("right");
    const another = await cheapScrypt("right");
    /** Whether it is known while the one place is taken. */
    const isKnown = async (record: string) => {
      const taking = hashing.verify(other, "wrong");
      const [outcome] = await Promise.allSettled([hashing.verify(record, "right"), taking]);
      return outcome.status === "fulfilled" && outcome.value;
    };
    expect(await isKnown(stored)).toBe(false);
    expect(await hashing.verify(stored, "right")).toBe(true);
    time.pass(rememberedMs - 1);
    expect(await isKnown(stored)).toBe(true);
    expect(await isKnown(another)).toBe(false);
    time.pass(1);
    expect(await isKnown(stored)).toBe(false);
    expect(await hashing.verify(stored, "right")).toBe(true);
    // A clock that was put back makes nothing last longer
    time.pass(-1);
    expect(await isKnown(stored)).toBe(false);
  });

  it.each(kinds)("spends for nobody what it does for a user with %s", async (_kind, store) => {
    const hashing = hashingFor(() => new Date(), { hashing: 1, waiting: 0 });
    const like = await store("right");
    await hashing.dummy("right", { name: "nobody", like });
    // It takes a place, as hashing does
    const taking = hashing.verify(other, "wrong");
    await expect(hashing.dummy("right", { name: "nobody", like })).rejects.toMatchObject({ code: "failed" });
    await hashing.dummy("x".repeat(1025), { name: "nobody", like });
    await taking;
  });
});
