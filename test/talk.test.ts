import { afterEach, describe, expect, it, vi } from "vitest";
import { codes, Failure } from "../src/errors.ts";
import { exitStatus } from "../src/exit-status.ts";
import { say, tellError } from "../src/talk.ts";

function capture(act: () => unknown): { stdout: string; stderr: string; result: unknown } {
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((chunk) => {
      said[stream] += String(chunk);
      return true;
    });
  }
  const result = act();
  vi.restoreAllMocks();
  return { ...said, result };
}
afterEach(() => vi.restoreAllMocks());

describe("what is said", () => {
  it("goes to stderr", () => {
    expect(capture(() => say("hello"))).toMatchObject({ stdout: "", stderr: "docker-id: hello\n" });
  });
  it("is a sentence and a hint, and gives the status of its code", () => {
    for (const code of codes) {
      const told = capture(() => tellError(new Failure(code, "it went wrong", { hint: "try again" }), false));
      expect(told).toEqual({ stdout: "", stderr: "docker-id: it went wrong\n  try again\n", result: exitStatus[code] });
    }
  });
  it("is an object on stdout for programs", () => {
    const told = capture(() => tellError(new Failure("refused", "no"), true));
    expect(told).toEqual({ stdout: '{"code":"refused","message":"no"}\n', stderr: "", result: 3 });
  });
  it("holds no token, even of an error that nobody foresaw", () => {
    const told = capture(() => tellError(new Error("at dkid_hunter2 --secret=hunter2\n  at stack"), false));
    expect(told.stderr).not.toMatch(/hunter2|stack/);
    expect(told.result).toBe(1);
  });
  it("survives what is thrown and is no error", () => {
    expect(capture(() => tellError(undefined, false)).result).toBe(1);
    expect(capture(() => tellError("text", false)).result).toBe(1);
  });
});
