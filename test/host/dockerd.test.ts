import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDockerd } from "../../src/host/dockerd.ts";

let folder: string;
let child: ChildProcess | undefined;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-dockerd-"));
});
afterEach(() => {
  for (const each of children.splice(0)) each.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** A process that calls itself so, and its pid file. */
async function running(argv0: string, ...args: string[]): Promise<string> {
  child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "--", ...args], { argv0, stdio: "ignore" });
  children.push(child);
  await once(child, "spawn");
  const file = join(folder, "pid");
  writeFileSync(file, `${child.pid}\n`);
  return file;
}

describe("the running dockerd", () => {
  it("is found with what its command line says", async () => {
    const file = await running("/usr/sbin/dockerd", "--authorization-plugin=a,b", "--config-file", "/etc/d.json");
    expect(await findDockerd(file)).toEqual({ pid: child?.pid, configFile: "/etc/d.json", flagPlugins: ["a", "b"] });
    const other = await running("dockerd", "--authorization-plugin", "c", "--config-file=/x");
    expect(await findDockerd(other)).toMatchObject({ configFile: "/x", flagPlugins: ["c"] });
  });

  it("is not another program that has its pid by now, nor anything that is no pid", async () => {
    expect(await findDockerd(await running("other"))).toBeUndefined();
    for (const text of ["", "1", "-1", "x", "99999999999"]) {
      writeFileSync(join(folder, "odd"), text);
      expect(await findDockerd(join(folder, "odd"))).toBeUndefined();
    }
    expect(await findDockerd(join(folder, "none"))).toBeUndefined();
  });
});
