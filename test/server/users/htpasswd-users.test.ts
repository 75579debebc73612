import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { htpasswdLookMs } from "../../../src/server/users/htpasswd-users.ts";
import { openUsers } from "../../../src/server/users/open-users.ts";
import { cheapBcrypt, cheapScrypt, hashingFor, readableLog, standingClock } from "./records.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
const path = join(folder, "htpasswd");
afterAll(() => rmSync(folder, { recursive: true }));

const lineOf = (name: string, password: string) => `${name}:${cheapBcrypt(password, "y")}\n`;

describe("users of an htpasswd file", () => {
  let time: ReturnType<typeof standingClock>;
  let lines: string[];
  const open = async (users: Readonly<Record<string, { password: string }>> = {}) => {
    const { log, lines: written } = readableLog();
    lines = written;
    return await openUsers({ users, htpasswd: path }, { clock: time.clock, log, hashing: hashingFor(time.clock) });
  };

  beforeEach(() => {
    time = standingClock();
    rmSync(path, { force: true });
    writeFileSync(path, lineOf("alice", "right"));
  });

  it("are found by their password, and nobody else is", async () => {
    const users = await open();
    const alice = await users.find("alice");
    expect(await alice?.passwordIs("right")).toBe(true);
    expect(await alice?.passwordIs("wrong")).toBe(false);
    expect(await alice?.passwordIs("x".repeat(73))).toBe(false);
    expect(alice?.labels).toEqual({});
    expect(await users.find("bob")).toBeUndefined();
    expect(await users.find("constructor")).toBeUndefined();
    users.close();
  });

  it("stand behind those of the configuration, whose password alone is theirs", async () => {
    const users = await open({ alice: { password: await cheapScrypt("another") } });
    const alice = await users.find("alice");
    expect(await alice?.passwordIs("another")).toBe(true);
    expect(await alice?.passwordIs("right")).toBe(false);
  });

  it.each([
    ["written in place", (text: string) => writeFileSync(path, text)],
    [
      "put in its place, with the times of the old one",
      (text: string) => {
        writeFileSync(`${path}.new`, text);
        utimesSync(`${path}.new`, 1e9, 1e9);
        renameSync(`${path}.new`, path);
      },
    ],
  ])("are others once the file was %s", async (_how, put) => {
    const users = await open();
    const before = await users.find("alice");
    put(lineOf("alice", "other") + lineOf("bob", "his"));
    expect((await users.find("alice"))?.fingerprint).toEqual(before?.fingerprint);
    time.pass(htpasswdLookMs);
    const after = await users.find("alice");
    expect(await after?.passwordIs("right")).toBe(false);
    expect(await after?.passwordIs("other")).toBe(true);
    expect(after?.fingerprint).not.toEqual(before?.fingerprint);
    expect(await users.find("bob")).toBeDefined();
    put("");
    time.pass(htpasswdLookMs);
    expect(await users.find("alice")).toBeUndefined();
  });

  it("are seen to change even within the resolution of the file's times", async () => {
    // All of it happens within two seconds of the file's own time
    time.pass(Date.now() - time.clock().getTime() - 2 * htpasswdLookMs);
    const users = await open();
    for (const password of ["one", "two", "three"]) {
      writeFileSync(path, lineOf("alice", password));
      time.pass(htpasswdLookMs);
      expect(await (await users.find("alice"))?.passwordIs(password)).toBe(true);
    }
  });

  it("stay as they were when an edit is broken or the file is gone, which the log says once", async () => {
    const users = await open();
    writeFileSync(path, `${lineOf("bob", "his")}carol:hunter2\n`);
    for (let round = 0; round < 3; round += 1) {
      time.pass(htpasswdLookMs);
      expect(await users.find("alice")).toBeDefined();
      expect(await users.find("bob")).toBeUndefined();
    }
    expect(lines.filter((line) => /users stay as they were.*line 2/.test(line))).toHaveLength(1);
    rmSync(path);
    for (let round = 0; round < 3; round += 1) {
      time.pass(htpasswdLookMs);
      expect(await users.find("alice")).toBeDefined();
    }
    expect(lines.filter((line) => /users stay as they were.*ENOENT/.test(line))).toHaveLength(1);
    expect(lines.join()).not.toContain("hunter2");
    writeFileSync(path, lineOf("bob", "his"));
    time.pass(htpasswdLookMs);
    expect(await users.find("alice")).toBeUndefined();
    expect(await users.find("bob")).toBeDefined();
  });

  it("are nobody's at the start where the file is broken, too large or not there", async () => {
    writeFileSync(path, "alice:{SHA}x");
    await expect(open()).rejects.toMatchObject({ code: "misuse", message: expect.stringMatching(/line 1/) });
    writeFileSync(path, "#".repeat(16 * 1024 * 1024 + 1));
    await expect(open()).rejects.toThrow(/larger than 16 MiB/);
    rmSync(path);
    await expect(open()).rejects.toMatchObject({ code: "misuse", hint: path });
  });

  it("make a name of nobody cost what their hashes do", async () => {
    const spent: unknown[] = [];
    const hashing = hashingFor(time.clock);
    const watched = {
      ...hashing,
      dummy: async (_password: string, instead: unknown) => {
        spent.push(instead);
        await Promise.resolve();
      },
    };
    const needs = { clock: time.clock, log: readableLog().log, hashing: watched };
    const users = await openUsers({ users: {}, htpasswd: path }, needs);
    await users.dummy("nobody", "x");
    expect(spent).toEqual([{ name: "nobody", like: expect.stringMatching(/^\$2y\$04\$/) }]);
  });
});
