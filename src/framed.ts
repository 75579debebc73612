import { unansweredOperations } from "./keychain/time-limit.ts";
import { tellError } from "./talk.ts";

/**
 * Answers a call: tells of what goes wrong, as `json` where that was asked for, sets the exit status, and ends even where a
 * keychain never does. Never rejects.
 */
export async function framed(answer: () => Promise<void>, json: boolean): Promise<void> {
  // Whoever reads our output may have seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") leave();
    throw error;
  });
  process.stderr.on("error", () => undefined);
  try {
    await answer();
  } catch (error) {
    if (!isExit(error)) process.exitCode = tellError(error, json);
  }
  if (unansweredOperations() > 0) leave();
}

/** oclif leaves by throwing. */
function isExit(error: unknown): boolean {
  const { code, oclif } = (error ?? {}) as { code?: unknown; oclif?: { exit?: number } };
  if (code !== "EEXIT") return false;
  process.exitCode = oclif?.exit ?? 1;
  return true;
}

/**
 * Ends now. A keychain that never answered still holds a thread, and Node would wait for it at exit for good: another
 * program in our place, which only gives our status, ends the thread too.
 */
export function leave(): never {
  const status = Number(process.exitCode ?? 0);
  if (unansweredOperations() > 0 && process.execve !== undefined) {
    process.removeAllListeners("warning");
    process.execve("/bin/sh", ["sh", "-c", `exit ${status}`], {});
  }
  process.exit(status);
}
