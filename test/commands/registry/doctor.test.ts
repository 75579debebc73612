import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { node } from "../../support/node.ts";
import { run } from "../../support/run.ts";
import { failed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";
import { root } from "../../server/room.ts";

// What it finds at real registries is in test/e2e/registry/doctor.test.ts
describe("registry doctor", () => {
  let folder: string;
  let theirs: string;
  let ours: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-id-"));
    theirs = join(folder, "config.yml");
    ours = join(folder, "docker-id.yml");
    const realm = `http://127.0.0.1:${freePort()}/auth`;
    const token = { realm, service: "registry", issuer: "docker-id", rootcertbundle: "cert.pem" };
    const http = { addr: `127.0.0.1:${freePort()}` };
    writeFileSync(theirs, JSON.stringify({ version: 0.1, http, auth: { token } }));
    const pair = { certificate: "gone.crt", key: "gone.key" };
    writeFileSync(ours, JSON.stringify({ registry: { token: pair, services: [{ name: "registry" }] } }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const doctor = (...args: readonly string[]) =>
    run(node, [entry, "registry", "doctor", ...args], { env: { HOME: folder }, input: root });

  it("prints what it finds and what to do, and leaves with 1", async () => {
    const { status, stdout, stderr } = await doctor("--registry-config", theirs, "--config", ours);
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/^good {2}configuration {2}the registry asks for tokens\n/);
    expect(stdout).toMatch(/\nbad {3}signing pair {3}the signing certificate .*gone\.crt is not there\n +→ /);
    expect(stdout).toMatch(/\nsomething is wrong\n$/);
  });

  it("takes each of its flags", async () => {
    const flags = ["--registry", "http://127.0.0.1:1", "--bundle", "b.pem", "--ca", ours, "--id", "-", "--json"];
    const { status, stdout } = await doctor("--registry-config", theirs, "--config", ours, ...flags);
    const { well, findings } = JSON.parse(stdout) as { well: boolean; findings: { said: string }[] };
    expect([status, well]).toEqual([1, false]);
    expect(findings.map(({ said }) => said)).toContain("http://127.0.0.1:1 does not listen");
    expect(stdout).not.toContain("dkid_");
  });

  it("reads godoauth's file, whose services are what is asked for", async () => {
    const godoauth = join(folder, "godoauth.yml");
    const vault = { proto: "http", host: "127.0.0.1", port: 8200, auth_token: "hunter2" };
    const token = { issuer: "Token", certificate: "gone.crt", key: "gone.key" };
    writeFileSync(godoauth, JSON.stringify({ storage: { vault }, http: { addr: "127.0.0.1:5002" }, token }));
    const { stdout } = await doctor("--registry-config", theirs, "--config", godoauth);
    expect(stdout).toMatch(/\ngood {2}service +"registry" on both sides\n/);
    expect(stdout).toMatch(
      /\nbad {3}issuer +the registry trusts tokens of "docker-id", and docker-id's are of "Token"\n/,
    );
    expect(stdout).not.toContain("hunter2");
  });

  it("fails where a file is not what it should be, and quotes none", async () => {
    const odd = join(folder, "odd.yml");
    writeFileSync(odd, "hunter2: [");
    failed(await doctor(), 2);
    failed(await doctor("--registry-config", join(folder, "nowhere.yml")), 1, /is not there/);
    failed(await doctor("--registry-config", folder), 1, /no small file/);
    failed(await doctor("--registry-config", theirs, "--config", theirs), 2, /says nothing of a registry/);
    failed(await doctor("--registry-config", theirs, "--registry", "registry.example.com"), 2, /is an address/);
    failed(await doctor("--registry-config", theirs, "--registry", "ftp://registry"), 2, /is an address/);
    for (const args of [
      ["--registry-config", odd],
      ["--registry-config", theirs, "--config", odd],
    ]) {
      const outcome = await doctor(...args);
      failed(outcome, 2, /not readable as YAML/);
      expect(outcome.stderr).not.toContain("hunter2");
    }
  });
});
