import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { endServing, launchServing, type Serving } from "../../support/serving.ts";
import { makeSigningKeys } from "../../support/signing-keys.ts";

let folder: string;
const servings: Serving[] = [];
const at = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "docker-id-registry-serve-"));
});
afterEach(async () => {
  await endServing(servings.splice(0));
  rmSync(folder, { recursive: true });
});

/** Runs it in the folder, as godoauth was run: beside its file. */
function launch(...flags: string[]) {
  const where = [
    "--state-dir",
    at("state"),
    "--guarded-marker",
    at("marker"),
    "--docker-host",
    `unix://${at("no.sock")}`,
  ];
  const doors = ["--admin", `unix://${at("a.sock")}`, "--authz", `unix://${at("z.sock")}`];
  const group = ["--admin-group", String(process.getgid?.() ?? 0)];
  const serving = launchServing(folder, ["registry", "serve", ...flags, ...where, ...doors, ...group]);
  servings.push(serving);
  return serving;
}

function writeGodoauth(port: number, level = "info"): string {
  makeSigningKeys(folder);
  return [
    "version: 0.1",
    `log: {level: ${level}, file: /tmp/godoauth.log}`,
    "storage: {vault: {proto: http, host: 127.0.0.1, port: 1, auth_token: hunter2-token, timeout: 1s, pool: 10}}",
    `http: {addr: ":${port}", timeout: 5s, tls: {certificate: }}`,
    "token: {issuer: Token, expiration: 800, certificate: token.crt, key: token.key}",
  ].join("\n");
}

describe("docker-id registry serve", () => {
  it.each([["-config", "godoauth.yml"], ["-config=godoauth.yml"], ["--config", "godoauth.yml"]])(
    "runs by godoauth's file as it is: %s %s",
    async (...words) => {
      const port = freePort();
      writeFileSync(at("godoauth.yml"), writeGodoauth(port));
      chmodSync(at("godoauth.yml"), 0o644);
      const serving = launch(...words);
      await expect.poll(serving.said, { timeout: 30_000 }).toContain("docker-id: ready\n");
      const told = await fetch(`http://127.0.0.1:${port}/auth?service=registry&scope=repository:a:pull`);
      expect(told.status).toBe(401);
      expect(await told.json()).toMatchObject({ errors: [{ code: "UNAUTHORIZED" }] });
      expect((await fetch(`http://127.0.0.1:${port}/server-ping`)).status).toBe(200);
      for (const sentence of ["where godoauth said 403", "in the clear", "300 seconds", "chmod 600"]) {
        expect(serving.said()).toContain(sentence);
      }
      expect(serving.said()).not.toContain("hunter2");
      serving.child.kill("SIGTERM");
      expect(await serving.ended).toBe(0);
    },
  );

  it("looks for config.yaml, and follows log.level, but for a flag", async () => {
    const port = freePort();
    writeFileSync(at("config.yaml"), writeGodoauth(port, "error"));
    const serving = launch();
    await expect.poll(serving.said, { timeout: 30_000 }).toContain("docker-id: ready\n");
    expect(serving.said()).not.toContain("godoauth said 403");
    serving.child.kill("SIGTERM");
    await serving.ended;
    const louder = launch("--log-level", "info");
    await expect.poll(louder.said, { timeout: 30_000 }).toContain("godoauth said 403");
  });

  it("runs by docker-id's own file, and listens where it is told to", async () => {
    const port = freePort();
    makeSigningKeys(folder);
    const registry = { token: { certificate: "token.crt", key: "token.key" }, services: [{ name: "registry" }] };
    writeFileSync(at("own.yml"), JSON.stringify({ registry }));
    const serving = launch("--config", "own.yml", "--registry", `http://127.0.0.1:${port}`);
    await expect.poll(serving.said, { timeout: 30_000 }).toContain("docker-id: ready\n");
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  it.each<[string, string | undefined, string[], string]>([
    ["no file", undefined, [], "cannot be read"],
    ["a file of neither", "colour: blue", [], "is not a configuration"],
    ["a file of godoauth's without a key", "storage: {vault: {auth_token: hunter2}}", [], "godoauth"],
    ["an address beside godoauth's own", "", ["--registry", "http://127.0.0.1:1"], "does not go with"],
  ])("says what is wrong with %s", async (_, text, flags, message) => {
    if (text !== undefined) writeFileSync(at("config.yaml"), text === "" ? writeGodoauth(1) : text);
    const serving = launch(...flags);
    expect(await serving.ended).toBe(2);
    expect(serving.said()).toContain(message);
    expect(serving.said()).not.toContain("hunter2");
  });
});
