import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask } from "../server/ask.ts";
import { endServing, launchServing, type Serving } from "../support/serving.ts";

let folder: string;
const servings: Serving[] = [];
const at = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "docker-id-serve-"));
});
afterEach(async () => {
  await endServing(servings.splice(0));
  rmSync(folder, { recursive: true });
});

function launch(...flags: string[]): Serving {
  const serving = launchServing(folder, ["serve", ...flags]);
  servings.push(serving);
  return serving;
}

const ready = async ({ said }: Serving): Promise<void> => {
  await expect.poll(said, { timeout: 30_000 }).toContain("docker-id: ready\n");
};
const doors = (): string[] => ["--admin", `unix://${at("a.sock")}`, "--authz", `unix://${at("z.sock")}`];
const elsewhere = (): string[] => ["--docker-host", `unix://${at("docker.sock")}`];

describe("docker-id serve", () => {
  it("runs by its flags until it is told to end", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const where = ["--state-dir", at("state"), "--guarded-marker", at("marker"), ...doors(), ...elsewhere()];
      const group = ["--admin-group", String(process.getgid?.() ?? 0)];
      const serving = launch(...where, ...group, "--strict-streams", "--log-level", "warn");
      await ready(serving);
      expect((await ask(at("a.sock"), "GET", "/v1/status")).json).toMatchObject({
        state: "open",
        engine: { host: `unix://${at("docker.sock")}` },
      });
      expect(await ask(at("z.sock"), "POST", "/Plugin.Activate")).toMatchObject({ json: { Implements: ["authz"] } });
      expect(existsSync(at("state"))).toBe(true);
      serving.child.kill(signal);
      expect(await serving.ended).toBe(0);
      expect(existsSync(at("a.sock"))).toBe(false);
      expect(existsSync(at("z.sock"))).toBe(false);
    }
  });

  it("runs by a file, and by flags before it", async () => {
    const file = [
      "state_dir: state",
      `admin: unix://${at("file.sock")}`,
      `authz: unix://${at("z.sock")}`,
      `docker_host: unix://${at("docker.sock")}`,
    ];
    writeFileSync(at("config.yaml"), file.join("\n"));
    const serving = launch("--config", "config.yaml", "--admin", `unix://${at("a.sock")}`);
    await ready(serving);
    expect(existsSync(at("file.sock"))).toBe(false);
    expect((await ask(at("a.sock"), "GET", "/v1/status")).status).toBe(200);
    serving.child.kill("SIGTERM");
    expect(await serving.ended).toBe(0);
  });

  it("starts again after it was killed", async () => {
    const flags = ["--state-dir", at("state"), ...doors(), ...elsewhere()];
    const first = launch(...flags);
    await ready(first);
    first.child.kill("SIGKILL");
    await first.ended;
    expect(existsSync(at("z.sock"))).toBe(true);
    await ready(launch(...flags));
  });

  it.each<[string, string[], number, string]>([
    ["an admin door on the network", ["--admin", "tcp://127.0.0.1:1"], 2, "not offered yet"],
    [
      "a file that is not there",
      ["--admin", "unix:///nowhere/a.sock", "--config", "missing.yaml"],
      2,
      "cannot be read",
    ],
    ["a flag that it does not know", ["--colour", "blue"], 2, ""],
    ["a log level that is none", ["--log-level", "loud"], 2, ""],
    ["a group that is not there", ["--admin-group", "no-such-group-here"], 2, "no group"],
  ])("says what is wrong with %s", async (_, flags, code, message) => {
    const serving = launch("--state-dir", at("state"), ...elsewhere(), "--authz", `unix://${at("z.sock")}`, ...flags);
    expect(await serving.ended).toBe(code);
    expect(serving.said()).toContain(message);
    expect(serving.said()).not.toContain("ready");
  });
});
