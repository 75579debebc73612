import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addCredHelper, holdsLogin, removeCredHelper } from "../../src/docker-cli/cred-helpers.ts";

const host = "127.0.0.1:5100";
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-"));
  path = join(folder, "docker", "config.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (): unknown => JSON.parse(readFileSync(path, "utf8"));
function given(settings: unknown, mode = 0o600): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, typeof settings === "string" ? settings : JSON.stringify(settings), { mode });
  chmodSync(path, mode);
}

describe("docker's settings", () => {
  it("are made where there are none, for their user alone", async () => {
    expect(await addCredHelper(path, host)).toBe(true);
    expect(read()).toEqual({ credHelpers: { [host]: "docker-id" } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("keep all that they hold, their order and their mode", async () => {
    const before = { HttpHeaders: { a: "b" }, auths: { x: { auth: "eA==" } }, credHelpers: { y: "pass" }, later: [1] };
    given(before, 0o640);
    expect(await addCredHelper(path, host)).toBe(true);
    expect(await addCredHelper(path, host)).toBe(false);
    expect(read()).toEqual({ ...before, credHelpers: { y: "pass", [host]: "docker-id" } });
    expect(Object.keys(read() as object)).toEqual(Object.keys(before));
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readFileSync(path, "utf8")).toContain('\n\t"HttpHeaders"');
    expect(await removeCredHelper(path, host)).toBe(true);
    expect(read()).toEqual(before);
    expect(readdirSync(join(path, ".."))).toEqual(["config.json"]);
  });

  it("lose what was only there for docker-id", async () => {
    given({ auths: {} });
    await addCredHelper(path, host);
    await removeCredHelper(path, host);
    expect(read()).toEqual({ auths: {} });
    expect(await removeCredHelper(path, host)).toBe(false);
  });

  it("stay a link where they are one", async () => {
    const real = join(folder, "real.json");
    writeFileSync(real, "{}", { mode: 0o600 });
    mkdirSync(join(path, ".."));
    symlinkSync(real, path);
    await addCredHelper(path, host);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(real, "utf8"))).toEqual({ credHelpers: { [host]: "docker-id" } });
  });

  it("keep another helper", async () => {
    given({ credHelpers: { [host]: "pass" } });
    await expect(addCredHelper(path, host)).rejects.toThrow(/another helper/);
    expect(await removeCredHelper(path, host)).toBe(false);
    expect(read()).toEqual({ credHelpers: { [host]: "pass" } });
  });

  it.each(["{", "[]", "7", '{"credHelpers":[]}', '{"credHelpers":"x"}', '{"auth": "hunter2"'])(
    "are left alone when they read %s, which is not repeated",
    async (text) => {
      given(text);
      const failure = await addCredHelper(path, host).catch((error: unknown) => error);
      expect(String(failure)).toMatch(/does not read as docker's settings/);
      expect(String(failure)).not.toContain("hunter2");
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );

  it("may be an empty file", async () => {
    given("");
    expect(await addCredHelper(path, host)).toBe(true);
  });

  it("tell whether there is a login", async () => {
    given({ auths: { [host]: {} } });
    expect([await holdsLogin(path, host), await holdsLogin(path, "toString")]).toEqual([true, false]);
  });
});
