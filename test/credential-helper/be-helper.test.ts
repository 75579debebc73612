import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeRegistrySettings } from "../../src/config/write-settings.ts";
import { node } from "../support/node.ts";
import { run } from "../support/run.ts";
import { root } from "../server/room.ts";

const program = new URL("../../bin/docker-credential-docker-id", import.meta.url).pathname;
const host = "registry.example.com";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-id-"));
  writeRegistrySettings(join(folder, "config"), host, { service: "registry" });
});
afterAll(() => rmSync(folder, { recursive: true }));

const call = (verb: string, input: string, env: Record<string, string> = {}, path = program) => {
  const surroundings = { HOME: folder, PATH: `${dirname(node)}:${process.env["PATH"] ?? ""}` };
  const own = { DOCKER_ID_CONFIG_DIR: join(folder, "config"), DOCKER_ID_KEYCHAIN: "file", DOCKER_ID_TOKEN: root };
  return run(path, [verb], { input, env: { ...surroundings, ...own, ...env } });
};

it("answers on stdout, also through a link", async () => {
  const answer = await call("get", host);
  expect(answer).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(answer.stdout)).toMatchObject({ ServerURL: host, Username: "docker-id" });
  const link = join(folder, "docker-credential-docker-id");
  symlinkSync(program, link);
  expect((await call("version", "", {}, link)).stdout).toMatch(/^docker-credential-docker-id \(docker-id\) \d/);
});

it("says on stdout what docker knows, with 1, and what it does not on stderr", async () => {
  expect(await call("get", "other.example.com")).toEqual({
    status: 1,
    stdout: "credentials not found in native keychain\n",
    stderr: "",
  });
  const here = join(folder, "nobody.sock");
  const without = await run(program, ["get"], {
    input: host,
    env: {
      HOME: folder,
      PATH: `${dirname(node)}:${process.env["PATH"] ?? ""}`,
      DOCKER_ID_CONFIG_DIR: join(folder, "config"),
      DOCKER_ID_KEYCHAIN: "file",
      DOCKER_HOST: `unix://${here}`,
    },
  });
  expect(without).toMatchObject({ status: 1, stdout: "credentials not found in native keychain\n" });
  expect(without.stderr).toMatch(/^docker-id: no id is kept for the engine at .*nobody\.sock\n$/);
});

it("tells of what goes wrong where docker shows it, and repeats no id", async () => {
  const answer = await call("get", host, { DOCKER_ID_TOKEN: "dkid_hunter2" });
  expect(answer).toMatchObject({ status: 1, stderr: "" });
  expect(answer.stdout).toMatch(/^docker-id: .+\n$/);
  expect(answer.stdout).not.toContain("hunter2");
});
