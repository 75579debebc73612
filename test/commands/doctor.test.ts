import { chmodSync, existsSync, globSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { needs } from "../support/needs.ts";
import { node } from "../support/node.ts";
import { run } from "../support/run.ts";
import { allowed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";
import { onADesk, secret } from "./on-a-desk.ts";

interface Finding {
  readonly about: string;
  readonly verdict: "good" | "note" | "bad";
  readonly said: string;
  readonly advice?: string;
}

/** Where this machine has a library. */
function library(name: string): string | undefined {
  for (const folder of globSync("/usr/lib{,64,/*-linux-*}")) {
    if (existsSync(`${folder}/${name}`)) return realpathSync(`${folder}/${name}`);
  }
  return undefined;
}

onADesk("doctor", (desk) => {
  const examine = async (env: Record<string, string> = {}) => {
    const outcome = await desk().id(["doctor", "--json"], { env });
    const { well, findings } = JSON.parse(outcome.stdout) as { well: boolean; findings: readonly Finding[] };
    expect(outcome.status).toBe(well ? 0 : 1);
    expect(well).toBe(findings.every(({ verdict }) => verdict !== "bad"));
    return (about: string) => findings.filter((finding) => finding.about === about);
  };
  const root = async () => allowed(await desk().id(["show"]));

  beforeAll(() => {
    chmodSync(desk().engine.host.slice("unix://".length), 0o660);
  });

  it("says of an engine without a guard how to guard it, and that nothing is wrong with that", async () => {
    const outcome = await desk().id(["doctor"]);
    expect(allowed(outcome)).toMatch(/nothing is wrong/);
    const found = await examine();
    expect(found("verifier")).toMatchObject([{ verdict: "note", advice: expect.stringContaining("docker-id init") }]);
    expect(found("guard")).toMatchObject([{ verdict: "note", advice: expect.stringContaining("install --engine") }]);
    expect(found("default id")).toMatchObject([{ verdict: "note" }]);
    expect(found("Node")).toMatchObject([{ verdict: "good", said: expect.stringMatching(/^\d+\./) }]);
    expect(found("docker")).toMatchObject([{ verdict: "good", said: expect.stringMatching(/^\d+\./) }]);
    expect(found("docker id")).toMatchObject([{ advice: expect.stringContaining("docker-id install") }]);
    expect(found("keychain")).toMatchObject([{ verdict: "good" }]);
    expect(found("clock")).toMatchObject([{ verdict: "good" }]);
    expect(found("engine")).toMatchObject([{ verdict: "good", said: expect.stringContaining(desk().engine.host) }]);
  });

  describe("of a guarded one", () => {
    beforeAll(async () => {
      allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    });

    it("is not content when the engine asks nobody", async () => {
      const found = await examine();
      expect(found("verifier")).toMatchObject([{ verdict: "good" }]);
      expect(found("guard")).toMatchObject([{ verdict: "bad", advice: expect.stringContaining("install --engine") }]);
      expect(found("default id")).toMatchObject([{ verdict: "good", said: expect.stringContaining("a root id") }]);
      expect((await desk().id(["doctor"])).stdout).toMatch(/^bad {3}guard .+\n +→ .+install --engine/m);
    });

    it.each([
      [
        "taken back",
        "bad",
        async () => {
          const id = allowed(await desk().id(["create", "--op", "read"]));
          allowed(await desk().id(["revoke", "-"], { input: id }));
          return id;
        },
      ],
      ["until", "good", async () => allowed(await desk().id(["create", "--expires", "7d"]))],
      ["soon", "note", async () => allowed(await desk().id(["create", "--expires", "1h"]))],
      ["does not know it", "bad", async () => `${(await root()).slice(0, -3)}AAA`],
      [
        "expired",
        "bad",
        async () => {
          const id = allowed(await desk().id(["create", "--expires", "1"]));
          await new Promise((resolve) => setTimeout(resolve, 1100));
          return id;
        },
      ],
    ] as const)("tells of an id that is or lasts %j", async (what, verdict, make) => {
      const found = await examine({ DOCKER_ID_TOKEN: await make() });
      expect(found("default id")).toMatchObject([{ verdict, said: expect.stringContaining(what) }]);
      expect(found("environment")).toMatchObject([
        { verdict: "note", said: expect.stringContaining("DOCKER_ID_TOKEN") },
      ]);
    });

    it("is not content without an id", async () => {
      const found = await examine({ DOCKER_ID_CONFIG_DIR: desk().workspace.path("empty") });
      expect(found("default id")).toMatchObject([{ verdict: "bad", advice: expect.stringContaining("docker-id set") }]);
    });
  });

  it("says what to do about a keychain that cannot be used", async () => {
    const found = await examine({ DOCKER_ID_KEYCHAIN: "os", DBUS_SESSION_BUS_ADDRESS: "" });
    expect(found("keychain")).toMatchObject([{ verdict: "bad", advice: expect.stringContaining("--keychain file") }]);
  });

  const addon = library("libsecret-1.so.0");
  const noMounts = addon === undefined ? "it needs libsecret" : needs("mounts");
  it.skipIf(noMounts !== undefined)(`names the package where libsecret is missing${noMounts ?? ""}`, async () => {
    const line = `mount --bind /dev/null ${addon} && exec '${node}' '${entry}' doctor --json`;
    const env = { ...desk().env, DOCKER_ID_KEYCHAIN: "os" };
    const { stdout } = await run("unshare", ["--mount", "sh", "-c", line], { env });
    const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
    expect(findings.find(({ about }) => about === "keychain")).toMatchObject({
      verdict: "bad",
      said: expect.stringContaining("libsecret"),
      advice: expect.stringContaining("libsecret-1-0"),
    });
  });

  it("says what to do where nobody answers, or where an address is none", async () => {
    const away = await examine({
      DOCKER_HOST: "unix:///nowhere/docker.sock",
      DOCKER_ID_SERVER: "unix:///nowhere/admin",
    });
    expect(away("engine")).toMatchObject([{ verdict: "bad", advice: expect.any(String) }]);
    expect(away("verifier")).toMatchObject([{ verdict: "bad", advice: expect.stringContaining("docker-id serve") }]);
    const odd = await examine({ DOCKER_HOST: "frob://" });
    expect(odd("engine")).toMatchObject([{ verdict: "bad" }]);
  });

  it("tells of a verifier of another engine", async () => {
    const found = await examine({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
    expect(found("verifier")).toMatchObject([{ verdict: "bad", advice: expect.stringContaining("DOCKER_ID_SERVER") }]);
  });

  it("looks at docker's plugin folder", async () => {
    const folder = `${desk().env["DOCKER_CONFIG"]}/cli-plugins`;
    const path = `${folder}/docker-id`;
    allowed(await desk().id(["install"]));
    expect((await examine())("docker id")).toEqual([{ about: "docker id", verdict: "good", said: path }]);
    chmodSync(folder, 0o777);
    expect((await examine())("docker id")).toMatchObject([{ verdict: "bad", advice: `chmod o-w ${folder}` }]);
    chmodSync(folder, 0o755);
    writeFileSync(path, "#!/bin/sh\n# docker id: written by docker-id install\nexit 1\n");
    expect((await examine())("docker id")).toMatchObject([
      { verdict: "bad", said: expect.stringContaining("does not start") },
    ]);
    writeFileSync(path, "#!/bin/sh\necho mine\n");
    expect((await examine())("docker id")).toMatchObject([
      { verdict: "bad", said: expect.stringContaining("not docker-id's") },
    ]);
  });

  it("tells of ids that others may see", async () => {
    const env = { DOCKER_CUSTOM_HEADERS: "A=1,X-Docker-Id=dkid_x" };
    expect((await examine(env))("environment")).toMatchObject([{ verdict: "note" }]);
    const folder = desk().workspace.path("config-of-docker");
    mkdirSync(folder);
    writeFileSync(`${folder}/config.json`, '{"HttpHeaders":{"x-docker-id":"dkid_x"}}', { mode: 0o644 });
    const found = await examine({ DOCKER_CONFIG: folder });
    expect(found("environment")).toMatchObject([{ verdict: "bad", advice: `chmod 600 ${folder}/config.json` }]);
    chmodSync(`${folder}/config.json`, 0o600);
    expect((await examine({ DOCKER_CONFIG: folder }))("environment")).toMatchObject([{ verdict: "note" }]);
    const outcome = await desk().id(["doctor"], { env });
    expect(outcome.stdout + outcome.stderr).not.toContain("dkid_x");
  });

  it("is not content with a socket that everyone may open", async () => {
    const path = desk().engine.host.slice("unix://".length);
    expect((await examine())("engine's socket")).toMatchObject([{ verdict: "good" }]);
    expect((await examine())("admin door")).toMatchObject([{ verdict: "good" }]);
    chmodSync(path, 0o666);
    expect((await examine())("engine's socket")).toMatchObject([
      { verdict: "bad", advice: expect.stringContaining(path) },
    ]);
    chmodSync(path, 0o660);
  });

  it("says that there is no docker", async () => {
    expect((await examine({ PATH: "/nowhere" }))("docker")).toMatchObject([{ verdict: "note" }]);
  });
});
