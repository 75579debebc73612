import { exitStatus } from "./exit-status.ts";
import { Failure } from "./errors.ts";

/** Says something to the person, on stderr, where it never gets into what a program reads. */
export function say(sentence: string): void {
  process.stderr.write(`docker-id: ${sentence}\n`);
}

/**
 * Tells of an error and gives the exit status that goes with it: a sentence and a hint on stderr, or with `json` one
 * object on stdout.
 */
export function tellError(error: unknown, json: boolean): number {
  const failure = toFailure(error);
  const { code, message, hint } = failure;
  if (json) process.stdout.write(`${JSON.stringify({ code, message, ...(hint === undefined ? {} : { hint }) })}\n`);
  else process.stderr.write(`docker-id: ${message}\n${hint === undefined ? "" : `  ${hint}\n`}`);
  return exitStatus[code];
}

/** oclif's own errors are about flags and arguments, and may quote a secret that stood in the wrong place. */
function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const {
    message = "",
    oclif,
    args,
  } = (error ?? {}) as { message?: string; oclif?: { exit?: number }; args?: unknown };
  if (oclif?.exit === undefined) {
    return new Failure("failed", "docker-id met an error of its own", {
      hint: redact(firstLine(message)),
      cause: error,
    });
  }
  // oclif takes what follows a command without arguments for a part of its name
  const joined = /^command [^:]+:.* not found$/s.test(message);
  const unexpected = joined || (Array.isArray(args) && message.startsWith("Unexpected argument"));
  const said = unexpected
    ? "there is no such command, or an argument that it does not take"
    : redact(lower(withoutAdvice(message)));
  return new Failure("misuse", said, { hint: "--help says what it takes", cause: error });
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

function withoutAdvice(message: string): string {
  const plain = message.replace(colours, "").replace(/\nSee more help with --help$/, "");
  return plain
    .replace(/^The following errors? occurred:\s*/, "")
    .replace(/:\n\s*/, ": ")
    .replace(/\s*\n\s*/g, "; ");
}

function redact(text: string): string {
  return text.replace(/dkid_[\w-]+/g, "dkid_…").replace(/(--[\w-]+)=[^\n,;]*/g, "$1=…");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function lower(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
