import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openState } from "../../../src/server/stores/guard-state.ts";
import type { GuardState } from "../../../src/server/stores/guard-state.ts";

const script = join(import.meta.dirname, "killed-process.ts");

interface Step {
  readonly stage: "begin" | "done";
  readonly what: string;
  readonly name: string;
}

describe("after kill -9 of a verifier at any moment", () => {
  let root: string;
  let stateDir: string;
  let marker: string;
  const open = (): Promise<GuardState> =>
    openState({
      stateDir,
      marker,
      machineMarker: marker,
      dockerHost: "unix:///run/docker.sock",
      clock: () => new Date(),
    });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "docker-id-kill-"));
    stateDir = join(root, "state");
    marker = join(root, "guarded");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Runs it until so many steps were acknowledged and a little longer; gives what it said. */
  async function runAndKill(steps: number, extraMs: number): Promise<{ said: Step[]; errors: string }> {
    const child = spawn(process.execPath, [script, stateDir, marker], { stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const said: Step[] = [];
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    let done = 0;
    const kill = () => setTimeout(() => child.kill("SIGKILL"), extraMs);
    if (steps === 0) kill();
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [stage = "", what = "", name = ""] = line.split(" ");
      said.push({ stage: stage === "begin" ? "begin" : "done", what, name });
      if (stage === "done" && ++done === steps) kill();
    });
    await ended;
    return { said, errors };
  }

  it("what was acknowledged holds, and what was not is whole or absent", async () => {
    const acknowledged: Record<string, string[]> = { start: [], install: [], revoke: [], retire: [] };
    let lastWord: Step | undefined;
    let kills = 0;
    while (Math.min(...["install", "revoke", "retire"].map((what) => acknowledged[what]?.length ?? 0)) < 100) {
      const { said, errors } = await runAndKill(randomInt(1, 30), randomInt(0, 12));
      kills += 1;
      expect(errors).toBe("");
      for (const { stage, what, name } of said) if (stage === "done") acknowledged[what]?.push(name);
      const underWay = said.at(-1)?.stage === "begin" ? said.at(-1) : undefined;
      lastWord =
        said.findLast(({ stage, what }) => stage === "done" && (what === "install" || what === "retire")) ?? lastWord;

      const state = await open();
      const current = await state.current();
      if (lastWord?.what === "install") {
        const { name: kid } = lastWord;
        if (current.kind === "open") {
          expect(underWay).toMatchObject({ what: "retire", name: kid });
          expect(await state.store.retired(kid)).toBe(true);
        } else expect(current).toEqual({ kind: "guarded", kid });
      } else if (current.kind === "guarded") {
        expect(underWay).toMatchObject({ what: "install", name: current.kid });
      } else expect(current).toEqual({ kind: "open" });
      // the marker is in step again
      const marked = existsSync(marker) ? (JSON.parse(readFileSync(marker, "utf8")) as { kid: string }).kid : undefined;
      expect(marked).toBe(current.kind === "guarded" ? current.kid : undefined);
      // a later process knows only what the store holds
      if (current.kind === "guarded") lastWord = { stage: "done", what: "install", name: current.kid };
      else if (lastWord !== undefined) lastWord = { ...lastWord, what: "retire" };

      for (const link of acknowledged["revoke"] ?? []) expect(await state.store.revoked([], [link])).toBe(true);
      for (const kid of acknowledged["retire"] ?? []) {
        expect(await state.store.retired(kid)).toBe(true);
        expect(await state.store.rootKey(kid)).toBeUndefined();
      }
      await state.close();
    }
    expect(kills).toBeGreaterThan(3);
  }, 120_000);

  it("a first start leaves an open engine, and nothing half made", async () => {
    for (let times = 0; times < 12; times += 1) {
      rmSync(stateDir, { recursive: true, force: true });
      await runAndKill(0, randomInt(60, 200));
      const state = await open();
      expect((await state.current()).kind).not.toBe("unreadable");
      await state.close();
      rmSync(marker, { force: true });
    }
  });
});
