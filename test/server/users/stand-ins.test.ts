import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { createStandIns } from "../../../src/server/users/stand-ins.ts";
import type { Hashing } from "../../../src/server/users/users.ts";
import { cheapBcrypt, cheapScrypt } from "./records.ts";

/** Notes what is spent, and spends nothing. */
function countingHashing(spent: (string | undefined)[]): Hashing {
  return {
    verify: async () => await Promise.resolve(false),
    dummy: async (_password, instead) => {
      await Promise.resolve();
      spent.push(instead?.like);
    },
  };
}

it("names of nobody cost what one or another user's hash does, and each always the same", async () => {
  const spent: (string | undefined)[] = [];
  const standIns = createStandIns(countingHashing(spent), randomBytes(32));
  await standIns.dummy("anybody", "x");
  expect(spent.splice(0)).toEqual([undefined]);

  const [scrypt, bcrypt] = [await cheapScrypt("a"), cheapBcrypt("b")];
  standIns.note(scrypt);
  standIns.note(bcrypt);
  // Of the same kind and cost as one that is known
  standIns.note(await cheapScrypt("c"));
  const names = Array.from({ length: 64 }, (_, index) => `name-${index}`);
  for (const name of names) await standIns.dummy(name, "x");
  const first = spent.splice(0);
  expect(new Set(first)).toEqual(new Set([scrypt, bcrypt]));
  for (const name of names) await standIns.dummy(name, "y");
  expect(spent.splice(0)).toEqual(first);
});

it("names of nobody cost nothing where all that is known are passwords that are not hashed", async () => {
  const spent: (string | undefined)[] = [];
  const standIns = createStandIns(countingHashing(spent), randomBytes(32));
  standIns.note(undefined);
  await standIns.dummy("anybody", "x");
  expect(spent).toEqual([]);
});
