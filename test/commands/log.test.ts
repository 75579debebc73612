import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, it } from "vitest";
import { formatLine } from "../../src/commands/log.ts";
import type { AuditLine } from "../../src/protocol/admin.ts";
import { node } from "../support/node.ts";
import { allowed, failed } from "../support/verdicts.ts";
import { entry } from "../support/verifier.ts";
import { onADesk, secret } from "./on-a-desk.ts";

describe("a line of the audit", () => {
  const line: AuditLine = {
    time: "2030-01-01T00:00:00.000Z",
    door: "authz",
    action: "container.start",
    verdict: "refused",
  };
  const format = (more: Partial<AuditLine>) => formatLine({ ...line, ...more }, (verdict) => verdict.toUpperCase());
  it.each<[Partial<AuditLine>, string]>([
    [{}, "2030-01-01T00:00:00.000Z REFUSED authz container.start"],
    [{ verdict: "allowed", root: true }, "2030-01-01T00:00:00.000Z ALLOWED authz container.start by root"],
    [
      {
        touches: ["container:a1:write"],
        links: ["1.a", "2.b"],
        names: ["ann"],
        address: "10.0.0.1",
        reasons: ["no", "never"],
      },
      "2030-01-01T00:00:00.000Z REFUSED authz container.start container:a1:write by ann link 2.b from 10.0.0.1: no; never",
    ],
    [
      { door: "registry", action: "registry.token", service: "hub", account: "alice\u0007", links: ["1.a"], jti: "j1" },
      "2030-01-01T00:00:00.000Z REFUSED registry registry.token at hub by alice\\u0007 link 1.a",
    ],
    [
      {
        door: "registry",
        action: "registry.push",
        verdict: "seen",
        touches: ["repository:a:push"],
        tag: "v1\n",
        digest: "sha256:00",
        account: "alice",
      },
      "2030-01-01T00:00:00.000Z SEEN registry registry.push repository:a:push tag v1\\u000a sha256:00 by alice",
    ],
    [
      { touches: ["guard:/run/docker:write", "host:bind/:write", "guard:/etc/docker:write"] },
      "2030-01-01T00:00:00.000Z REFUSED authz container.start host:bind/:write the guard itself (2 places)",
    ],
    [
      { touches: ["guard:/run/docker:write"] },
      "2030-01-01T00:00:00.000Z REFUSED authz container.start guard:/run/docker:write",
    ],
    [{ count: 7 }, "2030-01-01T00:00:00.000Z REFUSED authz container.start and 7 more of that source"],
    [
      { links: ["\u202E1\u{E0001}"] },
      "2030-01-01T00:00:00.000Z REFUSED authz container.start by link \\u202e1\\udb40\\udc01",
    ],
    [{ names: ["Zoë 😀"] }, "2030-01-01T00:00:00.000Z REFUSED authz container.start by Zoë 😀"],
    [{ event_time: "2030-01-01T00:00:59.000Z" }, "2030-01-01T00:00:00.000Z REFUSED authz container.start"],
    [
      { event_time: "2029-12-31T23:00:00.000Z" },
      "2030-01-01T00:00:00.000Z REFUSED authz container.start done 2029-12-31T23:00:00.000Z",
    ],
    [{ action: "\u001B[2Jx\n" }, "2030-01-01T00:00:00.000Z REFUSED authz \\u001b[2Jx\\u000a"],
  ])("%j", (more, text) => {
    expect(format(more)).toBe(text);
  });
});

onADesk("log", (desk) => {
  let narrow: string;
  beforeAll(async () => {
    allowed(await desk().id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
    narrow = allowed(await desk().id(["create", "--op", "read"]));
    failed(await desk().id(["destroy", "--yes", "--id", "-"], { input: narrow }), 3);
  });

  it("prints what was decided, oldest first, without a colour where nobody looks", async () => {
    const { stdout } = await desk().id(["log"]);
    expect(stdout).toMatch(/allowed admin guard\.init .*\n[\s\S]*refused admin guard\.destroy/);
    expect(stdout).not.toContain("\u001B");
    expect(stdout).not.toContain(narrow);
  });

  it("prints only what was refused", async () => {
    const { stdout } = await desk().id(["log", "--refused"]);
    expect(stdout).toMatch(/guard\.destroy/);
    expect(stdout).not.toMatch(/ allowed /);
  });

  it("prints only what is of the registry's door", async () => {
    // That door is shut here
    expect(allowed(await desk().id(["log", "--registry"]))).toBe("");
    expect(allowed(await desk().id(["log", "--registry", "--json"]))).toBe("");
  });

  it("prints lines as they were written", async () => {
    const lines = allowed(await desk().id(["log", "--json"])).split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ door: "admin", verdict: "allowed" });
  });

  it("needs the root id", async () => {
    failed(await desk().id(["log", "--id", "-"], { input: narrow }), 3);
    failed(await desk().id(["log", "--id", "-", "--json"], { input: narrow }), 3);
  });

  it("goes on with what is decided from now on, and ends quietly when nobody reads any more", async () => {
    const following = spawn(node, [entry, "log", "--follow"], {
      env: { ...desk().env, PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: string[] = [];
    following.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    const lines = createInterface({ input: following.stdout });
    await once(lines, "line");
    const seen = new Promise<void>((resolve) => {
      lines.on("line", (line) => {
        if (line.includes("id.revoke")) resolve();
      });
    });
    allowed(await desk().id(["revoke", narrow]));
    await seen;
    following.stdout.destroy();
    const ended = once(following, "exit");
    failed(await desk().id(["show", "--json"], { env: { DOCKER_HOST: "unix:///other" } }), 4);
    allowed(await desk().id(["status"]));
    expect(await ended).toEqual([0, null]);
    expect(said.join("")).toBe("");
  });
});
