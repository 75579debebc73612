import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditLine } from "../../../src/protocol/admin.ts";
import { openAudit } from "../../../src/server/audit/log.ts";
import { openSqliteStore } from "../../../src/server/stores/sqlite.ts";
import { someKey } from "../../suites/some-key.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-id-full-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", folder]).status === 0;

afterAll(() => {
  if (mounted) spawnSync("umount", [folder]);
  rmdirSync(folder);
});

describe.skipIf(!mounted)("a disk that is really full (needs the right to mount a tmpfs)", () => {
  const path = join(folder, "audit.jsonl");
  const ballast = join(folder, "ballast");
  let now: Date;

  beforeEach(() => {
    for (const each of [path, `${path}.reserve`, ballast, join(folder, "state")])
      rmSync(each, { recursive: true, force: true });
    now = new Date("2030-01-01T00:00:00Z");
  });

  const open = () => openAudit({ path, maxBytes: 1 << 30, keep: 1, clock: () => now });
  const line = (action: string): AuditLine => ({
    time: now.toISOString(),
    door: "authz",
    action,
    verdict: "allowed",
    names: ["x".repeat(1000)],
  });
  const later = () => (now = new Date(now.getTime() + 1000));
  const fill = () => {
    for (let size = 1 << 20; size >= 1; size >>= 1) {
      while (
        spawnSync("dd", ["if=/dev/zero", `of=${ballast}`, `bs=${size}`, "count=1", "oflag=append", "conv=notrunc"])
          .status === 0
      );
      if (size > 4096) continue;
      break;
    }
  };
  const actions = () =>
    readFileSync(path, "utf8")
      .split("\n")
      .flatMap((text) => {
        try {
          return [(JSON.parse(text) as AuditLine).action];
        } catch {
          return [];
        }
      });

  it("refuses what cannot be written, and still has room for administration", () => {
    const audit = open();
    audit.record(line("first"));
    expect(statSync(`${path}.reserve`).blocks * 512).toBeGreaterThanOrEqual(1 << 20);
    fill();
    let written = 0;
    expect(() => {
      for (; written < 100; written += 1) audit.record(line(`ordinary ${written}`));
    }).toThrow(expect.objectContaining({ code: "failed" }));
    audit.refusedStranger("x", line("stranger"));
    for (let count = 0; count < 100; count += 1)
      audit.record(line(`administrative ${count}`), { administrative: true });
    expect(existsSync(`${path}.reserve`)).toBe(false);

    // what was given up is for administration alone
    later();
    expect(() => audit.record(line("ordinary"))).toThrow("kept for administration");
    expect(existsSync(`${path}.reserve`)).toBe(false);
    audit.record(line("administrative 100"), { administrative: true });

    rmSync(ballast);
    expect(() => audit.record(line("too soon"))).toThrow("kept for administration");
    later();
    audit.record(line("last"));
    expect(existsSync(`${path}.reserve`)).toBe(true);
    const told = actions();
    expect(told.filter((each) => each.startsWith("administrative"))).toHaveLength(101);
    expect(told.filter((each) => each.startsWith("ordinary"))).toHaveLength(written);
    expect([told[0], told.at(-1)]).toEqual(["first", "last"]);
    audit.close();
  });

  it("leaves administration room for what it does, too", async () => {
    const store = openSqliteStore({ folder: join(folder, "state"), create: true });
    const key = someKey();
    await store.install(key);
    const audit = open();
    audit.record(line("first"));
    fill();
    const flood = async () => {
      for (let count = 0; count < 10_000; count += 1)
        await store.revoke({ point: { link: `${count}${"x".repeat(500)}` } });
    };
    await expect(flood()).rejects.toMatchObject({ code: "failed" });
    expect(await store.state()).toEqual({ kind: "guarded", kid: key.kid });
    audit.record(line("destroy"), { administrative: true });
    await store.retire(key.kid);
    expect(await store.state()).toEqual({ kind: "open" });
    await store.close();
    audit.close();
  });

  it("refuses from the start where nothing can be kept", () => {
    writeFileSync(ballast, "");
    fill();
    const audit = open();
    expect(() => audit.record(line("ordinary"))).toThrow("audit log");
    rmSync(ballast);
    later();
    audit.record(line("ordinary"));
    audit.close();
  });
});
