import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { Failure } from "../errors.ts";

/** How a person is told that what they gave can be seen. */
export type Warn = (sentence: string) => void;

/** Reads an id as a person gives one: `-` is stdin, `@file` a file, anything else the id itself, with a warning. */
export async function readGivenId(given: string, flag: string, warn: Warn): Promise<string> {
  return (await readGiven(given, flag, "the id", warn)).trim();
}

/** Reads a secret in the same ways; one line end after it is not part of it. Throws Failure("misuse") for an empty one. */
export async function readGivenSecret(given: string, flag: string, warn: Warn): Promise<string> {
  return requireSecret((await readGiven(given, flag, "the secret", warn)).replace(/\r?\n$/, ""), "the secret");
}

/** Reads a password, which must not stand in the arguments: `-` is stdin, `@file` a file. Else Failure("misuse"). */
export async function readGivenPassword(given: string, flag: string): Promise<string> {
  if (given !== "-" && !given.startsWith("@")) {
    throw new Failure("misuse", "a password in the arguments is seen by other users and your shell's history", {
      hint: `${flag} takes - or @file`,
    });
  }
  return (await readGiven(given, flag, "the password", () => undefined)).replace(/\r?\n$/, "");
}

/** Gives a secret back; throws Failure("misuse") when it is empty. */
export function requireSecret(secret: string, what: string): string {
  if (secret === "")
    throw new Failure("misuse", `${what} is empty`, { hint: "give one, or none at all for a random key" });
  return secret;
}

async function readGiven(given: string, flag: string, what: string, warn: Warn): Promise<string> {
  if (given === "-") return process.stdin.isTTY ? await askPerson(what) : await text(process.stdin);
  if (given.startsWith("@")) return readFile(given.slice(1), what);
  if (given !== "")
    warn(
      `${what} stood in the arguments, for other users and your shell's history to see; ${flag} takes - or @file too`,
    );
  return given;
}

/** Whoever types it on a terminal is not to see it there. */
async function askPerson(what: string): Promise<string> {
  const { askHidden } = await import("./prompt.ts");
  return await askHidden(`${what.replace(/^the (.)/, (_, first: string) => first.toUpperCase())}: `);
}

function readFile(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Failure("misuse", `the file that should hold ${what} cannot be read`, {
      hint: `it was given as @${path}`,
      cause,
    });
  }
}
