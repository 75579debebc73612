import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readGivenId, readGivenSecret, requireSecret } from "../../src/config/given.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, "given");
  writeFileSync(path, text);
  return `@${path}`;
};

describe("what a person gives", () => {
  it("is taken from the argument with a warning that does not repeat it", async () => {
    const warned: string[] = [];
    expect(await readGivenSecret("hunter2", "--secret", (told) => warned.push(told))).toBe("hunter2");
    expect(warned).toEqual([expect.stringMatching(/--secret takes - or @file/)]);
    expect(warned.join()).not.toContain("hunter2");
  });
  it("is taken from a file without one", async () => {
    const warned: string[] = [];
    expect(await readGivenSecret(file("hunter2\n"), "--secret", (told) => warned.push(told))).toBe("hunter2");
    expect(await readGivenId(file("  dkid_x\n\n"), "--id", (told) => warned.push(told))).toBe("dkid_x");
    expect(warned).toEqual([]);
  });
  it("keeps all of a secret but one line end", async () => {
    for (const [text, secret] of [
      ["a b ", "a b "],
      ["a\n\n", "a\n"],
      ["a\r\n", "a"],
    ] as const) {
      expect(await readGivenSecret(file(text), "--secret", () => undefined)).toBe(secret);
    }
  });
  it("is no secret when it is empty, nor when its file is not there", async () => {
    await expect(readGivenSecret("", "--secret", () => undefined)).rejects.toMatchObject({ code: "misuse" });
    await expect(readGivenSecret(file("\n"), "--secret", () => undefined)).rejects.toMatchObject({ code: "misuse" });
    await expect(readGivenSecret("@/does/not/exist", "--secret", () => undefined)).rejects.toMatchObject({
      code: "misuse",
    });
    expect(() => requireSecret("", "it")).toThrow(/it is empty/);
  });
});
