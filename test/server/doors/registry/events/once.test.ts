import { expect, it } from "vitest";
import { createOnce } from "../../../../../src/server/doors/registry/events/once.ts";

it("does a thing once, and whoever asks meanwhile waits for it and hears of its failure", async () => {
  const once = createOnce();
  let count = 0;
  const fail = async (): Promise<void> => {
    count += 1;
    await Promise.resolve();
    throw new Error("no");
  };
  const both = await Promise.allSettled([once("a", fail), once("a", fail)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(count).toBe(1);
  const add = async (): Promise<void> => {
    count += 1;
  };
  await once("a", add);
  await once("a", add);
  expect(count).toBe(2);
});

it("remembers no more than so many names", async () => {
  const once = createOnce(2);
  const done: string[] = [];
  for (const name of ["a", "b", "c", "b", "a"]) await once(name, async () => void done.push(name));
  expect(done).toEqual(["a", "b", "c", "a"]);
});
