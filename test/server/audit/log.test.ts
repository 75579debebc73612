import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditLine } from "../../../src/protocol/admin.ts";
import { openAudit } from "../../../src/server/audit/log.ts";
import type { Audit, AuditOptions } from "../../../src/server/audit/log.ts";

let root: string;
let path: string;
let now: Date;
let opened: Audit[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "docker-id-audit-"));
  path = join(root, "log", "audit.jsonl");
  now = new Date("2030-01-01T00:00:00Z");
  opened = [];
});
afterEach(() => {
  vi.useRealTimers();
  for (const audit of opened) audit.close();
  rmSync(root, { recursive: true });
});

function open(options: Partial<AuditOptions> = {}): Audit {
  const audit = openAudit({ path, maxBytes: 1 << 20, keep: 3, clock: () => now, reserveBytes: 4096, ...options });
  opened.push(audit);
  return audit;
}

function later(ms: number): void {
  now = new Date(now.getTime() + ms);
}

function line(action: string, verdict: AuditLine["verdict"] = "allowed"): AuditLine {
  return { time: now.toISOString(), door: "authz", action, verdict };
}

function written(file = path): AuditLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text) => (text === "" ? [] : [JSON.parse(text) as AuditLine]));
}

async function lines(audit: Audit, options: Parameters<Audit["read"]>[0] = {}): Promise<string[]> {
  const actions: string[] = [];
  for await (const { action } of audit.read(options)) actions.push(action);
  return actions;
}

describe("lines of one turn of the event loop", () => {
  it("are written together, in their order, before whoever waits hears of it", async () => {
    const audit = open();
    const all = Promise.all(["a", "b", "c"].map((action) => audit.recordSoon(line(action))));
    expect(written()).toEqual([]);
    await all;
    expect(written().map(({ action }) => action)).toEqual(["a", "b", "c"]);
  });

  it("are written at once where there was but one in the turn before, and keep their order", async () => {
    const audit = open();
    await audit.recordSoon(line("a"));
    await new Promise((resolve) => setImmediate(resolve));
    const [second, third] = [audit.recordSoon(line("b")), audit.recordSoon(line("c"))];
    expect(written().map(({ action }) => action)).toEqual(["a", "b"]);
    await Promise.all([second, third]);
    audit.record(line("d"));
    expect(written().map(({ action }) => action)).toEqual(["a", "b", "c", "d"]);
    rmSync(path);
    mkdirSync(path);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(audit.recordSoon(line("e"))).rejects.toMatchObject({ code: "failed" });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(audit.recordSoon(line("f"))).rejects.toMatchObject({ code: "failed" });
  });

  it("keep their place before one that is written at once, and before the end", async () => {
    const audit = open();
    const first = audit.recordSoon(line("a"));
    audit.record(line("b"));
    const last = audit.recordSoon(line("c"));
    audit.close();
    await Promise.all([first, last]);
    expect(written().map(({ action }) => action)).toEqual(["a", "b", "c"]);
  });

  it("are all answered no when they can't be written", async () => {
    const audit = open();
    mkdirSync(path, { recursive: true });
    const heard = await Promise.allSettled([audit.recordSoon(line("a")), audit.recordSoon(line("b"))]);
    expect(heard.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    audit.close();
    await expect(audit.recordSoon(line("c"))).rejects.toMatchObject({ code: "failed" });
  });

  it("do not grow a file far beyond its size", async () => {
    const audit = open({ maxBytes: 64 * 1024 });
    const long = "x".repeat(1000);
    await Promise.all(Array.from({ length: 200 }, () => audit.recordSoon(line(long))));
    expect(statSync(path).size).toBeLessThanOrEqual(64 * 1024);
    expect([path, `${path}.1`, `${path}.2`, `${path}.3`].flatMap((each) => written(each))).toHaveLength(200);
  });
});

describe("the audit log", () => {
  it("has one line a decision, in a 0600 file of a 0700 folder, at once", () => {
    const audit = open();
    audit.record(line("a"));
    audit.record(line("b", "refused"));
    expect(written().map(({ action }) => action)).toEqual(["a", "b"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}.reserve`).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, "log")).mode & 0o777).toBe(0o700);
  });

  it("goes on where it was", () => {
    open().record(line("a"));
    open().record(line("b"));
    expect(written().map(({ action }) => action)).toEqual(["a", "b"]);
  });

  it.each([
    ["moved", () => renameSync(path, join(root, "moved"))],
    ["removed", () => rmSync(path)],
    [
      "replaced",
      () => {
        rmSync(path);
        writeFileSync(path, "", { mode: 0o600 });
      },
    ],
    ["emptied", () => truncateSync(path, 0)],
    [
      "gone with its folder",
      () => {
        rmSync(join(root, "log"), { recursive: true });
        mkdirSync(join(root, "log"));
      },
    ],
  ])("is written at its path when the file was %s", (_what, act) => {
    const audit = open();
    audit.record(line("a"));
    act();
    audit.record(line("b"));
    audit.record(line("c"));
    expect(written().map(({ action }) => action)).toEqual(["b", "c"]);
  });

  it.each([
    ["its folder is a file", () => writeFileSync(join(root, "log"), "")],
    ["it is a folder", () => mkdirSync(path, { recursive: true })],
    [
      "it is a link",
      () => {
        mkdirSync(join(root, "log"));
        writeFileSync(join(root, "elsewhere"), "");
        symlinkSync(join(root, "elsewhere"), path);
      },
    ],
    [
      "others may write it",
      () => {
        mkdirSync(join(root, "log"));
        writeFileSync(path, "");
        chmodSync(path, 0o666);
      },
    ],
    [
      "it is a pipe that nobody reads",
      () => {
        mkdirSync(join(root, "log"));
        spawnSync("mkfifo", [path]);
      },
    ],
  ])("refuses, until it is mended, when %s", (_what, act) => {
    act();
    const audit = open();
    for (const administrative of [false, true]) {
      expect(() => audit.record(line("a"), { administrative })).toThrow(
        expect.objectContaining({ code: "failed", message: expect.stringContaining("audit log") }),
      );
    }
    audit.refusedStranger("x", line("s", "refused"));
    rmSync(join(root, "log"), { recursive: true });
    audit.record(line("b"));
    expect(written().map(({ action }) => action)).toContain("b");
  });

  it("refuses when the folder goes while it is open", () => {
    const audit = open();
    audit.record(line("a"));
    rmSync(join(root, "log"), { recursive: true });
    for (let times = 0; times < 3; times += 1) expect(() => audit.record(line("b"))).toThrow("audit log");
    mkdirSync(join(root, "log"));
    audit.record(line("c"));
    expect(written().map(({ action }) => action)).toEqual(["c"]);
  });

  it("refuses once it is closed", () => {
    const audit = open();
    audit.close();
    audit.close();
    expect(() => audit.record(line("a"))).toThrow("closed");
  });

  it("begins a line of its own after one that was cut off", async () => {
    open().record(line("a"));
    appendFileSync(path, '{"time":"2030');
    const audit = open();
    audit.record(line("b"));
    expect(await lines(audit)).toEqual(["a", "b"]);
  });

  it("keeps lines whole when two write", async () => {
    const [one, two] = [open(), open()];
    for (let count = 0; count < 200; count += 1) {
      one.record(line("x".repeat(count)));
      two.record(line("y".repeat(count)));
    }
    expect(written()).toHaveLength(400);
  });
});

describe("its size", () => {
  it("stays within what is kept, and the newest lines are there", async () => {
    const audit = open({ maxBytes: 1000, keep: 2 });
    for (let count = 0; count < 100; count += 1) audit.record(line(`n${count}`));
    const files = readdirSync(join(root, "log")).filter((name) => !name.endsWith(".reserve"));
    expect(files.toSorted()).toEqual(["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]);
    for (const name of files) {
      expect(statSync(join(root, "log", name)).size).toBeLessThanOrEqual(1000);
      expect(statSync(join(root, "log", name)).mode & 0o777).toBe(0o600);
    }
    const read = await lines(audit);
    expect(read).toEqual(Array.from({ length: read.length }, (_, index) => `n${100 - read.length + index}`));
    expect(read.length).toBeGreaterThan(20);
  });

  it("keeps one file alone when none is to be kept", async () => {
    const audit = open({ maxBytes: 300, keep: 0 });
    for (let count = 0; count < 20; count += 1) audit.record(line(`n${count}`));
    expect(readdirSync(join(root, "log")).toSorted()).toEqual(["audit.jsonl", "audit.jsonl.reserve"]);
    expect((await lines(audit)).at(-1)).toBe("n19");
  });

  it("holds a line that is longer than a file may be", () => {
    const audit = open({ maxBytes: 100, keep: 1 });
    audit.record(line("x".repeat(500)));
    audit.record(line("y".repeat(500)));
    expect(written()).toHaveLength(1);
    expect(written(`${path}.1`)).toHaveLength(1);
  });
});

function refuse(audit: Audit, source: string, times = 1): void {
  for (let count = 0; count < times; count += 1) {
    audit.refusedStranger(source, { ...line("unknown", "refused"), address: source, reasons: ["no id"] });
  }
}

describe("refusals of strangers", () => {
  it("are a few lines, then one a minute with their number", () => {
    const audit = open();
    refuse(audit, "10.0.0.1", 1000);
    expect(written()).toHaveLength(5);
    later(59_999);
    audit.record(line("a"));
    expect(written()).toHaveLength(6);
    later(1);
    audit.record(line("b"));
    expect(written().slice(6)).toEqual([
      {
        time: now.toISOString(),
        door: "authz",
        action: "unknown",
        verdict: "refused",
        address: "10.0.0.1",
        reasons: ["no id"],
        count: 995,
      },
      expect.objectContaining({ action: "b" }),
    ]);
    refuse(audit, "10.0.0.1");
    expect(written()).toHaveLength(9);
  });

  it("add up to all that were refused", () => {
    const audit = open();
    let total = 0;
    for (let minute = 0; minute < 5; minute += 1) {
      for (const source of ["a", "b", "c"]) {
        refuse(audit, source, 7 * minute);
        total += 7 * minute;
      }
      later(60_000);
    }
    audit.close();
    expect(written().reduce((sum, { count }) => sum + (count ?? 1), 0)).toBe(total);
  });

  it("of any number of sources are bounded, and still all counted", () => {
    const audit = open();
    for (let source = 0; source < 10_000; source += 1) refuse(audit, `10.0.${source >> 8}.${source & 255}`, 2);
    expect(written()).toHaveLength(60);
    later(60_000);
    audit.record(line("a"));
    expect(written().length).toBeLessThanOrEqual(60 + 65 + 1);
    expect(written().filter(({ address }) => address === "many others")).toHaveLength(1);
    const counted = written().filter(({ action }) => action === "unknown");
    expect(counted.reduce((sum, { count }) => sum + (count ?? 1), 0)).toBe(20_000);
  });

  it("of a source that falls silent are summed up all the same", () => {
    vi.useFakeTimers();
    const audit = open({ clock: () => new Date() });
    refuse(audit, "a", 20);
    vi.advanceTimersByTime(60_000);
    expect(written().at(-1)).toMatchObject({ count: 15 });
    vi.advanceTimersByTime(600_000);
    expect(written()).toHaveLength(6);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are told at the end", () => {
    const audit = open();
    refuse(audit, "a", 6);
    audit.close();
    expect(written().at(-1)).toMatchObject({ count: 1, address: "a" });
  });

  it("are counted, and nobody is thrown at, while nothing can be written", () => {
    const audit = open();
    writeFileSync(join(root, "log"), "");
    refuse(audit, "a", 3);
    later(60_000);
    refuse(audit, "a", 1);
    rmSync(join(root, "log"));
    later(60_000);
    audit.record(line("b"));
    expect(written().reduce((sum, { count }) => sum + (count ?? 1), 0)).toBe(5);
  });
});

describe("reading", () => {
  it("of nothing is nothing", async () => {
    expect(await lines(open())).toEqual([]);
  });

  it("gives refusals alone when asked", async () => {
    const audit = open();
    audit.record(line("a"));
    audit.record(line("b", "refused"));
    expect(await lines(audit, { refused: true })).toEqual(["b"]);
  });

  it("skips what is no line", async () => {
    const audit = open();
    audit.record(line("a"));
    appendFileSync(path, `\n\0\n{"verdict":"allowed"}\n${"z".repeat(3 << 20)}\n`);
    audit.record(line("b"));
    expect(await lines(audit)).toEqual(["a", "b"]);
  });

  it("follows through rotations, and stops when told", async () => {
    const audit = open({ maxBytes: 1000, keep: 3 });
    audit.record(line("n0"));
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { action } of audit.read({ follow: true, signal: stop.signal })) {
      seen.push(action);
      const count = seen.length;
      // once right away, once in the middle of a file, once over two rotations
      if (count === 1) for (let next = 1; next < 4; next += 1) audit.record(line(`n${next}`));
      if (count === 4) for (let next = 4; next < 30; next += 1) audit.record(line(`n${next}`));
      if (count === 30) setTimeout(() => audit.record(line("n30")), 250);
      if (count === 31) stop.abort();
    }
    expect(seen).toEqual(Array.from({ length: 31 }, (_, index) => `n${index}`));
  });

  it("can be left at any line, and gives its descriptors back", async () => {
    const audit = open();
    for (let count = 0; count < 10; count += 1) audit.record(line("a"));
    const before = readdirSync("/proc/self/fd").length;
    for (let times = 0; times < 20; times += 1) {
      for await (const each of audit.read({ follow: true })) {
        expect(each.action).toBe("a");
        break;
      }
    }
    expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before + 1);
  });
});
