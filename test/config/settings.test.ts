import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configFolder } from "../../src/config/folder.ts";
import { readEngineSettings, readRegistries } from "../../src/config/settings.ts";
import { writeEngineSettings, writeRegistrySettings } from "../../src/config/write-settings.ts";

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "docker-id-"));
  folder = join(base, "docker-id");
});
afterEach(() => rmSync(base, { recursive: true }));

describe("what was settled for an engine", () => {
  it("is nothing at first", () => {
    expect(readEngineSettings(folder, "unix:///a.sock")).toEqual({});
  });
  it("is read as it was written, per engine, and more is added to it", () => {
    writeEngineSettings(folder, "unix:///a.sock", { keychain: "file" });
    writeEngineSettings(folder, "tcp://b.example:2376", { server: "unix:///b/admin.sock" });
    writeEngineSettings(folder, "unix:///a.sock", { server: "unix:///a/admin.sock" });
    expect(readEngineSettings(folder, "unix:///a.sock")).toEqual({ keychain: "file", server: "unix:///a/admin.sock" });
    expect(readEngineSettings(folder, "tcp://b.example:2376")).toEqual({ server: "unix:///b/admin.sock" });
    expect(readEngineSettings(folder, "toString")).toEqual({});
    expect(statSync(join(folder, "config.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["config.json"]);
  });
  it("keeps what a later version wrote beside it", () => {
    writeEngineSettings(folder, "unix:///a.sock", { keychain: "file" });
    const path = join(folder, "config.json");
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, "utf8")) as object), later: 1 }));
    writeEngineSettings(folder, "unix:///a.sock", { keychain: "os" });
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ later: 1 });
  });
  it("takes no other word for a keychain", () => {
    writeEngineSettings(folder, "a", { keychain: "file" });
    writeFileSync(join(folder, "config.json"), JSON.stringify({ engines: { a: { keychain: "pocket", server: 7 } } }));
    expect(readEngineSettings(folder, "a")).toEqual({});
  });
  it.each(["", "{", "nonsense"])("is an error when it reads %j, and is left alone", (text) => {
    writeEngineSettings(folder, "a", { keychain: "file" });
    writeFileSync(join(folder, "config.json"), text);
    expect(() => readEngineSettings(folder, "a")).toThrow(/cannot be read as JSON/);
    expect(() => writeEngineSettings(folder, "a", { keychain: "os" })).toThrow(/cannot be read as JSON/);
    expect(readFileSync(join(folder, "config.json"), "utf8")).toBe(text);
  });
});

describe("what was settled for a registry", () => {
  it("is read as it was written, beside what else is there, until it is forgotten", () => {
    expect(readRegistries(folder)).toEqual({});
    writeEngineSettings(folder, "unix:///a.sock", { keychain: "file" });
    writeRegistrySettings(folder, "127.0.0.1:5100", { service: "registry", engine: "unix:///a.sock", expires: "1h" });
    writeRegistrySettings(folder, "r.example.com", { service: "other" });
    writeRegistrySettings(folder, "r.example.com", { service: "r" });
    expect(readRegistries(folder)).toEqual({
      "127.0.0.1:5100": { service: "registry", engine: "unix:///a.sock", expires: "1h" },
      "r.example.com": { service: "r" },
    });
    writeRegistrySettings(folder, "127.0.0.1:5100", undefined);
    writeRegistrySettings(folder, "never.example.com", undefined);
    expect(readRegistries(folder)).toEqual({ "r.example.com": { service: "r" } });
    expect(readEngineSettings(folder, "unix:///a.sock")).toEqual({ keychain: "file" });
  });
  it("may be the service alone, and is nothing where it names none", () => {
    writeEngineSettings(folder, "a", { keychain: "file" });
    const registries = { a: "one", b: { service: "two", engine: 7 }, c: {}, d: 1, e: "", f: null };
    writeFileSync(join(folder, "config.json"), JSON.stringify({ registries }));
    expect(readRegistries(folder)).toEqual({ a: { service: "one" }, b: { service: "two" } });
    writeFileSync(join(folder, "config.json"), JSON.stringify({ registries: ["a"] }));
    expect(readRegistries(folder)).toEqual({ "0": { service: "a" } });
  });
});

describe("where they are", () => {
  it.each([
    [{ DOCKER_ID_CONFIG_DIR: "/x/y", XDG_CONFIG_HOME: "/z" }, /^\/x\/y$/],
    [{ XDG_CONFIG_HOME: "/z" }, /^\/z\/docker-id$/],
    [{ XDG_CONFIG_HOME: "relative" }, /\/\.config\/docker-id$/],
    [{}, /\/\.config\/docker-id$/],
  ])("%j", (environment, path) => {
    expect(configFolder(environment)).toMatch(path);
  });
});
