import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { fileKeychain } from "../../src/keychain/file.ts";
import { keychainSuite } from "../suites/keychain-suite.ts";

const base = mkdtempSync(join(tmpdir(), "docker-id-"));
const folder = join(base, "config");
afterAll(() => rmSync(base, { recursive: true }));

keychainSuite("the file", () => fileKeychain(folder));

describe("the file itself", () => {
  beforeEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await fileKeychain(folder).set("a#b", "secret");
  });

  it("can be read by its user alone, in a folder of the user's alone", () => {
    expect(statSync(join(folder, "ids.json")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(["ids.json"]);
  });

  it("is refused when others may read it", async () => {
    chmodSync(join(folder, "ids.json"), 0o640);
    await expect(fileKeychain(folder).get("a#b")).rejects.toMatchObject({ code: "no_keychain" });
    await expect(fileKeychain(folder).set("a#b", "x")).rejects.toMatchObject({ code: "no_keychain" });
  });

  it.each(["", "{", "[]", '{"accounts":[]}', '{"accounts":{"a":1}}'])(
    "is refused and left alone when it reads %s",
    async (text) => {
      writeFileSync(join(folder, "ids.json"), text);
      await expect(fileKeychain(folder).get("a#b")).rejects.toMatchObject({ code: "no_keychain" });
      await expect(fileKeychain(folder).set("a#b", "x")).rejects.toMatchObject({ code: "no_keychain" });
      expect(readFileSync(join(folder, "ids.json"), "utf8")).toBe(text);
    },
  );

  it("says that it is no keychain where it cannot be written", async () => {
    await expect(fileKeychain(join(folder, "ids.json", "below")).set("a#b", "x")).rejects.toMatchObject({
      code: "no_keychain",
    });
  });
});
