import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Failure } from "../errors.ts";

/** Whether there is a person to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks without showing what is typed; rejects with Failure("misuse") when the person gives up. */
export async function askHidden(question: string): Promise<string> {
  return await ask(question, true);
}

/** Asks for a yes; anything else is a no. */
export async function askWhether(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(`${question} [y/N] `, false)).trim());
}

async function ask(question: string, hidden: boolean): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true });
  // Only now does the terminal show nothing by itself.
  if (hidden) process.stderr.write(question);
  lines.setPrompt(hidden ? "" : question);
  lines.prompt();
  try {
    return await new Promise((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () => reject(new Failure("misuse", "given up")));
      lines.once("close", () => reject(new Failure("misuse", "given up")));
    });
  } finally {
    lines.close();
    if (hidden) process.stderr.write("\n");
  }
}
