import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "../../src/server/lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "docker-id-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the hold on a state folder", () => {
  it("is one verifier's at a time", () => {
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: "conflict" }));
    lock?.release();
    lockFolder(folder)?.release();
  });

  it("is none where there is no folder, and makes none", () => {
    expect(lockFolder(path.join(folder, "missing"))).toBeUndefined();
  });

  it("ends with a process that is killed", async () => {
    const source = new URL("../../src/server/lock.ts", import.meta.url).href;
    const script = `
      const { lockFolder } = await import(${JSON.stringify(source)});
      globalThis.held = lockFolder(${JSON.stringify(folder)});
      console.log("held");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    try {
      await new Promise((resolve) => child.stdout.once("data", resolve));
      expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: "conflict" }));
    } finally {
      child.kill("SIGKILL");
      await exited;
    }
    lockFolder(folder)?.release();
  });
});
