import { Failure } from "../errors.ts";
import type { FlagTable } from "./docker-flags.ts";
import { engineCommands, globalFlags, isGroup, programFlags, runsProgram } from "./docker-flags.ts";

/** The words after `docker`, of which those that are ours have been taken. */
export interface DockerCall {
  /** As it was given, `@file` or the id itself; undefined where none was. */
  readonly id?: string;
  /** docker's own. */
  readonly words: readonly string[];
  /** Whether the command speaks with the engine, as far as is known. */
  readonly asksEngine: boolean;
}

/** By which shells ask docker for completions; the last word is still being typed. */
const completing: ReadonlySet<string | undefined> = new Set(["__complete", "__completeNoDesc"]);

/**
 * Takes `--id ID` out of a docker command, wherever a flag of docker's may stand: before the image or the command that
 * a container runs, whose own words are left as they are, and before the command of a plugin that may have an `--id` of
 * its own. Throws Failure("misuse") for an `--id` without its value, or a second one.
 */
export function takeId(words: readonly string[]): DockerCall {
  const hidden = completing.has(words[0]) ? 1 : 0;
  const scan = new Scan(words, hidden);
  const command = scan.takeWord(globalFlags);
  if (command === undefined || !engineCommands.has(command)) return scan.toCall(false);
  const whole = isGroup(command) ? `${command} ${scan.takeWord(programFlags) ?? ""}` : command;
  if (runsProgram(whole)) scan.takeWord(programFlags);
  else scan.takeRest();
  return scan.toCall(true);
}

class Scan {
  readonly #words: readonly string[];
  readonly #kept: string[];
  #at: number;
  #id: string | undefined;

  constructor(words: readonly string[], from: number) {
    this.#words = words;
    this.#kept = words.slice(0, from);
    this.#at = from;
  }

  /** Goes over flags to the first word that is none, and gives it; undefined where it cannot be told which that is. */
  takeWord(table: FlagTable): string | undefined {
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || word === "--") return undefined;
      if (this.#takeId(word)) continue;
      const arity = arityOf(word, table);
      if (arity === undefined) return undefined;
      this.#keep(arity === "two words" ? 2 : 1);
      if (arity === "no flag") return word;
    }
  }

  /** Goes over all that follows, where flags and words may stand in any order. */
  takeRest(): void {
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || word === "--") return;
      if (!this.#takeId(word)) this.#keep(1);
    }
  }

  toCall(asksEngine: boolean): DockerCall {
    const words = [...this.#kept, ...this.#words.slice(this.#at)];
    return { words, asksEngine, ...(this.#id === undefined ? {} : { id: this.#id }) };
  }

  #takeId(word: string): boolean {
    if (word !== "--id" && !word.startsWith("--id=")) return false;
    const value = word === "--id" ? this.#words[this.#at + 1] : word.slice("--id=".length);
    if (!value) {
      throw new Failure("misuse", "--id needs an id", { hint: "docker run --id dkid_… alpine, or --id @FILE" });
    }
    if (this.#id !== undefined) throw new Failure("misuse", "only one --id can be given");
    this.#id = value;
    this.#at += word === "--id" ? 2 : 1;
    return true;
  }

  #keep(count: number): void {
    this.#kept.push(...this.#words.slice(this.#at, this.#at + count));
    this.#at += count;
  }
}

/** How many words a flag is; undefined where that is not known. */
function arityOf(word: string, table: FlagTable): "no flag" | "one word" | "two words" | undefined {
  if (!word.startsWith("-") || word === "-") return "no flag";
  if (word.startsWith("--")) {
    if (word.includes("=")) return "one word";
    const arity = table(word.slice(2));
    return arity === undefined ? undefined : arity === "valued" ? "two words" : "one word";
  }
  // Several short flags in one word: the value of one is what follows it there, or else the next word.
  for (const [at, letter] of word.slice(1).split("").entries()) {
    const arity = letter === "=" ? "boolean" : table(letter);
    if (arity === undefined) return undefined;
    if (letter === "=") return "one word";
    if (arity === "valued") return at === word.length - 2 ? "two words" : "one word";
  }
  return "one word";
}
