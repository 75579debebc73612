import { expect } from "vitest";
import type { Outcome } from "./run.ts";

/** The command did what it says; gives what it printed. */
export function allowed(outcome: Outcome): string {
  expect(outcome.status, outcome.stderr).toBe(0);
  return outcome.stdout.trim();
}

/** The engine refused it on the verifier's word, which matches; gives the message. */
export function refused(outcome: Outcome, why?: RegExp): string {
  expect(outcome.status, `allowed: ${outcome.stdout}`).not.toBe(0);
  // docker 20.10 prints what the engine said of `info` on stdout.
  const said = outcome.stderr + outcome.stdout;
  expect(said).toContain("authorization denied by plugin");
  if (why !== undefined) expect(said).toMatch(why);
  return said;
}

/** docker-id itself said no, with this exit status and a sentence that matches. */
export function failed(outcome: Outcome, status: number, why?: RegExp): string {
  expect(outcome.status, outcome.stderr + outcome.stdout).toBe(status);
  if (why !== undefined) expect(outcome.stderr).toMatch(why);
  expect(outcome.stderr, "a stack trace is no sentence").not.toMatch(/\n\s+at .*\.js:\d+/);
  return outcome.stderr;
}
