import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { createLog, describeError } from "../../src/server/log.ts";

function said(terminal: boolean, level = "info"): string {
  const lines: string[] = [];
  const log = createLog(level, terminal, (line) => lines.push(line));
  log.debug("small");
  log.warn({ kid: "00" }, "large");
  return lines.join("");
}

describe("the log", () => {
  it("is a JSON object a line", () => {
    const line: unknown = JSON.parse(said(false));
    expect(line).toEqual({ level: 40, time: expect.any(String) as string, kid: "00", msg: "large" });
  });

  it("is readable on a terminal", () => {
    expect(said(true)).toMatch(/^\d{4}-\S+Z warn large \{"kid":"00"\}\n$/);
  });

  it("says as much as it is told to", () => {
    expect(said(true, "debug")).toContain("small");
    expect(said(true, "error")).toBe("");
  });

  it("tells of an error with its causes, and without its stack", () => {
    const cause = Object.assign(new Error("no space left"), { code: "ENOSPC" });
    const text = describeError(new Failure("failed", "it was not written", { cause }));
    expect(text).toBe("it was not written (failed): no space left (ENOSPC)");
    expect(describeError("a thrown text could be anything")).toBe("string");
  });
});
