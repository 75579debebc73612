import { describe, expect, it } from "vitest";
import { isOf } from "../../src/caveats/action.ts";
import { presets } from "../../src/caveats/presets.ts";
import { readCaveat } from "../../src/caveats/vocabulary.ts";
import { registryActions } from "../../src/docker/registry-actions.ts";
import { table } from "../../src/docker/table/table.ts";
import { decide } from "../../src/policy/decide.ts";
import { tokenOf } from "../policy/token-of.ts";
import { links } from "./arbitrary.ts";
import { attempt, circumstances, touch, web } from "./scene.ts";

const [link] = links as [string];
const queries = [new Map<string, string>(), new Map([["fromImage", "alpine"]])];
const named = Object.values(presets).map((preset, at) => [Object.keys(presets)[at] as string, preset] as const);

/** Every action of the table, with what it is in truth; one that its query decides is all that it may be. */
const known = [
  ...Object.values(table).flatMap(({ action, op }) =>
    queries.map((query) => ({
      action: typeof action === "function" ? action(query as never) : action,
      op: typeof op === "function" ? op(query as never) : op,
    })),
  ),
  ...registryActions.map((action) => ({ action, op: /pull|catalog/.test(action) ? "read" : "write" })),
];

function patternsOf(caveats: readonly string[]): readonly string[] {
  return caveats.map(readCaveat).flatMap(({ name, value }) => (name === "action" ? (value as readonly string[]) : []));
}

describe("presets", () => {
  it.each(named)("%s is a list of caveats, each of which is read", (_, { summary, caveats }) => {
    expect(summary).toMatch(/^[a-z]/);
    expect(caveats(link).length).toBeGreaterThan(0);
    for (const text of caveats(link)) expect(readCaveat(text).text).toBe(text);
    expect(tokenOf(...caveats(link)).root).toBe(false);
  });

  it.each(named)("%s names only actions that the table has", (_, { caveats }) => {
    const patterns = patternsOf(caveats(link));
    expect(patterns).not.toEqual([]);
    for (const pattern of patterns)
      expect(
        known.filter(({ action }) => isOf(pattern, action)),
        pattern,
      ).not.toEqual([]);
  });

  it.each(["read-only", "monitor"] as const)("%s reads, and carries no file system or credential out", (name) => {
    const granted = known.filter(({ action }) =>
      patternsOf(presets[name].caveats(link)).some((one) => isOf(one, action)),
    );
    for (const { action, op } of granted) expect([action, op]).toEqual([action, "read"]);
    const out =
      /export|archive|\.get$|commit|attach|swarm|config|secret|distribution|search|auth|checkpoint|plugin|build/;
    expect(granted.filter(({ action }) => out.test(action))).toEqual([]);
  });

  it.each(named)("%s has no power over the host, and none over the guard", (_, { caveats }) => {
    const token = tokenOf(...caveats(link));
    for (const power of ["host:privileged:write", "host:bind/:read", "guard:plugins:write"]) {
      const tried = attempt([web("read"), touch(power)], { action: "container.create" });
      expect(decide(token, tried, circumstances({ ownership: true })).verdict).toBe("refused");
    }
  });

  it("lets ci manage what is its own, and nothing else", () => {
    const token = tokenOf(...presets.ci.caveats(link));
    const made = attempt([touch("container:+:write")], { action: "container.create" });
    expect(decide(token, made, circumstances({ ownership: true })).verdict).toBe("allowed");
    expect(decide(token, made, circumstances()).verdict).toBe("refused");
    const others = attempt([web("write")], { action: "container.remove" });
    expect(decide(token, others, circumstances({ ownership: true })).verdict).toBe("refused");
  });

  it.each(["deploy", "pull"] as const)("%s runs nothing inside a container and copies nothing out", (name) => {
    const patterns = patternsOf(presets[name].caveats(link));
    for (const action of ["container.exec", "exec.start", "container.archive-read", "container.export", "image.get"]) {
      expect(patterns.some((pattern) => isOf(pattern, action))).toBe(false);
    }
  });
});
