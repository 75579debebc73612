import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makePrivateFolder, socketName } from "../../src/forwarder/private-folder.ts";
import { sweep } from "../../src/forwarder/sweep.ts";

let runtime: string;
beforeEach(() => {
  runtime = mkdtempSync(join(tmpdir(), "docker-id-"));
});
afterEach(() => rmSync(runtime, { recursive: true }));
const make = () => makePrivateFolder({ XDG_RUNTIME_DIR: runtime });

describe("a private folder", () => {
  it("is below XDG_RUNTIME_DIR, for this user alone, and another each time", () => {
    const [one, other] = [make(), make()];
    expect(one).not.toBe(other);
    expect(dirname(one)).toBe(join(runtime, "docker-id"));
    for (const path of [one, dirname(one)]) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it.each([
    ["may be read by others", () => chmodSync(runtime, 0o750)],
    ["is a link", () => symlinkSync(runtime, (runtime = `${runtime}-link`))],
    ["is not there", () => (runtime = join(runtime, "gone"))],
  ])("is elsewhere where that %s", (_what, spoil) => {
    const before = runtime;
    spoil();
    try {
      const folder = make();
      expect(folder.startsWith(`${runtime}/`)).toBe(false);
      rmSync(folder, { recursive: true });
    } finally {
      if (runtime.endsWith("-link")) rmSync(runtime);
      runtime = before;
    }
  });

  it("is not made below a folder that others could have put there", () => {
    mkdirSync(join(runtime, "docker-id"));
    chmodSync(join(runtime, "docker-id"), 0o777);
    expect(make).toThrow(expect.objectContaining({ code: "failed", message: expect.stringContaining("docker-id") }));
  });
});

describe("what is left by those that had no time to tidy up", () => {
  it("goes where nobody answers, and stays where somebody does", async () => {
    const [own, dead, alive, fresh, bare] = [make(), make(), make(), make(), make()];
    const killed = createServer().listen(join(dead, "first.sock"));
    await once(killed, "listening");
    // Closing would unlink it
    renameSync(join(dead, "first.sock"), join(dead, socketName));
    killed.close();
    const server = createServer().listen(join(alive, socketName));
    await once(server, "listening");
    writeFileSync(join(alive, `${socketName}.engine`), "{}");
    const long = new Date(Date.now() - 120_000);
    utimesSync(bare, long, long);
    await sweep(own);
    expect([own, dead, alive, fresh, bare].map((folder) => existsSync(folder))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    server.close();
  });
});
