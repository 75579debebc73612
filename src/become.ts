import { Failure } from "./errors.ts";
import { frontLines } from "./shell/front.ts";
import { quoteWords } from "./shell/quote.ts";
import { startCommand } from "./start-command.ts";

/**
 * Ends this process by becoming the shell that becomes the program of a `run`, `exec` or `docker` call: for whoever was
 * not started by that shell already.
 */
export function becomeProgram(words: readonly string[]): never {
  if (process.execve === undefined) {
    throw new Failure("failed", "run and exec need a system on which a process can become another program");
  }
  // Node has them ignored, and a program would be born so; a signal that is caught is not handed down
  for (const signal of ["SIGPIPE", "SIGXFSZ"] as const) process.on(signal, () => undefined);
  process.removeAllListeners("warning");
  const lines = frontLines(quoteWords("bash", startCommand()));
  return process.execve("/bin/sh", ["docker-id", "-c", lines, "docker-id", ...words], process.env);
}
