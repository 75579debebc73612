import { spawn } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { newestDocker } from "../support/dockers.ts";
import { node } from "../support/node.ts";
import { onStage } from "../support/on-stage.ts";
import { secret } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { entry } from "../support/verifier.ts";
import { allowed, failed, refused } from "../support/verdicts.ts";

onStage("the audit", (stage) => {
  let root: string;
  let reader: string;
  const docker = (id: string | undefined, ...words: string[]) => stage().docker(newestDocker(), id, words);

  beforeAll(async () => {
    await stage().engine.importImage("box");
    allowed(await stage().id(["init", "--secret", secret]));
    root = allowed(await stage().id(["show"]));
    reader = allowed(await stage().id(["create", "--op", "read", "--for", "a friend"]));
    allowed(
      await docker(root, "create", "--name", "web", "--network", "none", "-e", "PASSWORD=open sesame", "box", "true"),
    );
    allowed(await docker(reader, "inspect", "web"));
    refused(await docker(reader, "rm", "web"));
    refused(await docker(undefined, "ps"));
  });

  it("shows who did what and why not, readable and as JSON", async () => {
    const said = allowed(await stage().id(["log"]));
    expect(said).toMatch(/allowed.*container\.create.*root/);
    expect(said).toMatch(/refused.*container\.(remove|delete).*a friend/);
    expect(said).toContain("op=read");
    const lines = allowed(await stage().id(["log", "--json"])).split("\n");
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ time: expect.stringMatching(/Z$/) as string });
  });

  it("shows only what was refused, when asked", async () => {
    const said = allowed(await stage().id(["log", "--refused"]));
    expect(said).not.toMatch(/\ballowed\b/);
    expect(said).toMatch(/refused/);
  });

  it("is for the root id alone", async () => {
    failed(await stage().id(["log"], { env: { DOCKER_ID_TOKEN: reader } }), 3);
  });

  it("follows", async () => {
    const following = spawn(node, [entry, "log", "--follow", "--json"], {
      env: { PATH: process.env["PATH"], ...stage().env },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    following.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    try {
      await until("it tells what was", () => said.includes("a friend"));
      refused(await docker(reader, "rename", "web", "followed"));
      await until("it tells what is", () => said.includes("container.rename"));
    } finally {
      following.kill();
    }
  });

  it("holds no token, secret or body, and nobody else may read it", () => {
    const { stateDir } = stage().verifier;
    for (const name of readdirSync(stateDir, { recursive: true }) as string[]) {
      const path = `${stateDir}/${name}`;
      const stat = statSync(path);
      expect(stat.mode & 0o077, path).toBe(0);
      if (!stat.isFile()) continue;
      const text = readFileSync(path, "latin1");
      for (const hidden of [root.slice(20), reader.slice(20), secret, "open sesame"])
        expect(text).not.toContain(hidden);
    }
    expect(stage().verifier.log()).not.toContain("open sesame");
  });

  it("counts a stranger's thousand refusals instead of writing each", async () => {
    const before = sizeOf(stage().verifier.stateDir);
    for (let round = 0; round < 50; round++) {
      await Promise.all(Array.from({ length: 20 }, () => ask(stage().engine.socket, "GET", "/v1.41/images/json")));
    }
    expect(sizeOf(stage().verifier.stateDir) - before).toBeLessThan(100_000);
  });
});

function sizeOf(folder: string): number {
  const files = (readdirSync(folder, { recursive: true }) as string[]).map((name) => statSync(`${folder}/${name}`));
  return files.filter((stat) => stat.isFile()).reduce((sum, stat) => sum + stat.size, 0);
}
