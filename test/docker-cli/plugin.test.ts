import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installPlugin, pluginScript, removePlugin, userPluginFolder } from "../../src/docker-cli/plugin.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-plugin-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("docker's plugin folder", () => {
  it("is where docker looks", () => {
    expect(userPluginFolder({ DOCKER_CONFIG: "/c" })).toBe("/c/cli-plugins");
    expect(userPluginFolder({})).toMatch(/\/\.docker\/cli-plugins$/);
  });

  it("gets a script that starts the entry with the Node that installed it, and passes words on whole", async () => {
    const entry = join(folder, "it's an entry.js");
    writeFileSync(entry, "console.log(JSON.stringify([process.execPath, ...process.argv.slice(2)]))");
    const path = await installPlugin(join(folder, "cli plugins"), [process.execPath, entry]);
    expect(statSync(path).mode & 0o777).toBe(0o755);
    const told = execFileSync(path, ["a b", "$x", ""], { encoding: "utf8", env: { PATH: "/nowhere" } });
    expect(JSON.parse(told)).toEqual([process.execPath, "a b", "$x", ""]);
  });

  it("gets a script that falls back on the PATH's node once the other is gone", () => {
    const entry = join(folder, "entry.js");
    writeFileSync(entry, "console.log('started')");
    const told = execFileSync("sh", ["-c", pluginScript("/gone/node", entry)], { encoding: "utf8" });
    expect(told).toBe("started\n");
  });

  it("gets a script that starts the single executable, where that installed it", async () => {
    const program = join(folder, "it's one file");
    writeFileSync(program, '#!/bin/sh\nprintf "[%s]" "$@"\n', { mode: 0o755 });
    const path = await installPlugin(join(folder, "of one file"), [program]);
    expect(execFileSync(path, ["a b", ""], { encoding: "utf8" })).toBe("[a b][]");
  });

  it("is installed again and taken away, and what is not ours is left alone", async () => {
    await installPlugin(folder, ["/a", "/b"]);
    const path = await installPlugin(folder, ["/c", "/d"]);
    expect(readFileSync(path, "utf8")).toContain("'/c'");
    expect(await removePlugin(folder)).toBe(true);
    expect(existsSync(path)).toBe(false);
    expect(await removePlugin(folder)).toBe(false);

    writeFileSync(path, "#!/bin/sh\n");
    await expect(installPlugin(folder, ["/a", "/b"])).rejects.toMatchObject({ code: "conflict" });
    expect(await removePlugin(folder)).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("#!/bin/sh\n");
  });
});
