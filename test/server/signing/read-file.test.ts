import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSmallFile } from "../../../src/server/signing/read-file.ts";

const failed = (message: string) => ({ code: "failed", message });

describe("a file of keys", () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-file-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is read, and it is told whether everybody may", async () => {
    writeFileSync(at("key"), "text", { mode: 0o600 });
    expect(await readSmallFile(at("key"), "it")).toEqual({ text: "text", open: false });
    chmodSync(at("key"), 0o640);
    expect(await readSmallFile(at("key"), "it")).toEqual({ text: "text", open: false });
    chmodSync(at("key"), 0o604);
    expect(await readSmallFile(at("key"), "it")).toEqual({ text: "text", open: true });
  });

  it("is not anything else: a folder, a pipe that nobody writes to, a device, nothing", async () => {
    mkdirSync(at("folder"));
    execFileSync("mkfifo", [at("pipe")]);
    await expect(readSmallFile(at("folder"), "it")).rejects.toMatchObject(failed("it is no file"));
    await expect(readSmallFile(at("pipe"), "it")).rejects.toMatchObject(failed("it is no file"));
    await expect(readSmallFile("/dev/zero", "it")).rejects.toMatchObject(failed("it is no file"));
    await expect(readSmallFile(at("nothing"), "it")).rejects.toMatchObject(failed("it is not there"));
    await expect(readSmallFile(join(at("key"), "below"), "it")).rejects.toMatchObject(
      failed("it cannot be read (ENOTDIR)"),
    );
  });

  it("is no larger than such files are", async () => {
    writeFileSync(at("large"), Buffer.alloc(256 * 1024 + 1));
    await expect(readSmallFile(at("large"), "it")).rejects.toMatchObject({
      code: "failed",
      message: "it is larger than keys and certificates are",
    });
  });

  it.skipIf(process.getuid?.() === 0)("says so when it may not be read", async () => {
    writeFileSync(at("closed"), "", { mode: 0 });
    await expect(readSmallFile(at("closed"), "it")).rejects.toMatchObject({
      code: "failed",
      message: "it may not be read by this server",
    });
  });
});
