import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findAdminGroup } from "../../src/server/admin-group.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "docker-id-group-"));
  file = path.join(folder, "group");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the group of the admin door", () => {
  it.each([
    ["docker where there is one", undefined, "root:x:0:\ndocker:x:107:me\n", 107],
    ["none where there is none", undefined, "root:x:0:\n", undefined],
    ["the one that is named", "wheel", "docker:x:107:\nwheel:x:10:\n", 10],
    ["the number that is named", "4242", "", 4242],
  ])("is %s", async (_, named, groups, expected) => {
    writeFileSync(file, groups);
    expect(await findAdminGroup(named, file)).toBe(expected);
  });

  it("has to exist when it is named", async () => {
    writeFileSync(file, "docker:x:107:\n");
    await expect(findAdminGroup("whele", file)).rejects.toMatchObject({ code: "misuse" });
  });
});
