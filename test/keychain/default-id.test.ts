import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openEngineKeychain, readDefaultId, readSettled } from "../../src/keychain/default-id.ts";
import { keepId } from "../../src/keychain/kept-id.ts";
import { chooseKeychain } from "../../src/keychain/open-keychain.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-"));
afterAll(() => rmSync(folder, { recursive: true }));
const environment = { DOCKER_ID_CONFIG_DIR: folder, DOCKER_ID_KEYCHAIN: "file" };
const open = () => openEngineKeychain(environment, readSettled(environment, "unix:///a"));

const never = () => Promise.reject(new Error("opened"));

describe("the default id", () => {
  it("is the environment's, and no keychain is opened for it", async () => {
    const found = await readDefaultId("unix:///a", { DOCKER_ID_TOKEN: " dkid_x\n" }, never);
    expect(found).toEqual({ id: "dkid_x", from: "environment" });
    await expect(readDefaultId("unix:///a", { DOCKER_ID_TOKEN: "" }, never)).rejects.toMatchObject({ code: "misuse" });
  });
  it("is what is kept for that engine, or none", async () => {
    expect(await readDefaultId("unix:///a", environment, open)).toBeUndefined();
    await keepId(await open(), "unix:///a", "default", { id: "dkid_a", kid: "0" });
    expect(await readDefaultId("unix:///a", environment, open)).toEqual({ id: "dkid_a", from: "keychain" });
    expect(await readDefaultId("unix:///b", environment, open)).toBeUndefined();
  });
});

describe("which keychain", () => {
  it.each([
    ["os", { DOCKER_ID_KEYCHAIN: "file" }, "file", "os"],
    [undefined, { DOCKER_ID_KEYCHAIN: "os" }, "file", "os"],
    [undefined, {}, "file", "file"],
    [undefined, { DOCKER_ID_KEYCHAIN: "" }, undefined, "os"],
    [undefined, {}, undefined, "os"],
  ] as const)("flag %s, environment %j, settings %s: %s", (flag, variables, settled, chosen) => {
    expect(chooseKeychain(flag, variables, settled)).toBe(chosen);
  });
  it("is none that is not known", () => {
    expect(() => chooseKeychain(undefined, { DOCKER_ID_KEYCHAIN: "pocket" }, undefined)).toThrow(/neither os nor file/);
  });
});
