import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  readdirSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDaemonJson, writePlugins } from "../../src/host/daemon-json.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-daemon-json-"));
  path = join(folder, "daemon.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("daemon.json", () => {
  it("is begun where there is none", async () => {
    await writePlugins(await readDaemonJson(path), ["docker-id"]);
    expect(readFileSync(path, "utf8")).toBe('{\n  "authorization-plugins": [\n    "docker-id"\n  ]\n}\n');
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  it.each([
    ["", '{\n  "authorization-plugins": [\n    "docker-id"\n  ]\n}\n'],
    ["{}", '{\n  "authorization-plugins": [\n    "docker-id"\n  ]\n}\n'],
    [
      '{\n\t"labels": ["a=b"],\n\t"debug": true\n}',
      '{\n\t"labels": [\n\t\t"a=b"\n\t],\n\t"debug": true,\n\t"authorization-plugins": [\n\t\t"docker-id"\n\t]\n}\n',
    ],
  ])("keeps what is there: %j", async (before, after) => {
    writeFileSync(path, before);
    await writePlugins(await readDaemonJson(path), ["docker-id"]);
    expect(readFileSync(path, "utf8")).toBe(after);
  });

  it("keeps other plugins, and goes back to what was there", async () => {
    writeFileSync(path, '{"authorization-plugins": ["other"], "debug": true}');
    const found = await readDaemonJson(path);
    expect(found.plugins).toEqual(["other"]);
    await writePlugins(found, [...found.plugins, "docker-id"]);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      "authorization-plugins": ["other", "docker-id"],
      debug: true,
    });
    await writePlugins(await readDaemonJson(path), []);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ debug: true });
  });

  it.each([
    ["not JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["plugins that are no list", '{"authorization-plugins": "docker-id"}'],
    ["plugins that are no names", '{"authorization-plugins": [1]}'],
  ])("is left alone when it is %s", async (_, text) => {
    writeFileSync(path, text);
    await expect(readDaemonJson(path)).rejects.toMatchObject({ code: "failed" });
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("keeps its mode and the link that leads to it, and leaves nothing beside it", async () => {
    writeFileSync(path, "{}");
    chmodSync(path, 0o600);
    const link = join(folder, "link.json");
    symlinkSync(path, link);
    await writePlugins(await readDaemonJson(link), ["docker-id"]);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ "authorization-plugins": ["docker-id"] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).toSorted()).toEqual(["daemon.json", "link.json"]);
  });
});
