import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { watchProcess } from "../../src/forwarder/watch-process.ts";

it("tells of a process's end, once, be it waited for or not", async () => {
  // Its parent does not wait for it: it stays behind as a zombie
  const parent = spawn("sh", ["-c", "sleep 1000 & echo $!; exec sleep 1000"], { stdio: ["ignore", "pipe", "ignore"] });
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  const child = Number(said.toString());
  let told = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = watchProcess(child, () => {
    told += 1;
    resolve();
  });
  watch.look();
  expect(told).toBe(0);
  process.kill(child, "SIGKILL");
  await promise;
  watch.look();
  expect(told).toBe(1);
  parent.kill("SIGKILL");
});

it("tells at once of one that has ended before", async () => {
  const child = spawn("true");
  await once(child, "exit");
  const { promise, resolve } = Promise.withResolvers<void>();
  watchProcess(child.pid ?? 0, resolve);
  await promise;
});

it("tells nothing any more once it is stopped", async () => {
  const child = spawn("sleep", ["1000"]);
  let told = false;
  const watch = watchProcess(child.pid ?? 0, () => {
    told = true;
  });
  watch.stop();
  child.kill("SIGKILL");
  await once(child, "exit");
  watch.look();
  expect(told).toBe(false);
});
