import { Failure } from "../errors.ts";
import type { FlagTable } from "./docker-flags.ts";
import { engineCommands, globalFlags, isGroup, programFlags, runsProgram } from "./docker-flags.ts";

/** Which id a call is to go under: neither means the default one. */
export interface WhichId {
  /** As it was given, `@file` or the id itself. */
  readonly id?: string;
  /** The name that it is kept under. */
  readonly as?: string;
}

/** The words after `docker`, of which those that are ours have been taken. */
export interface DockerCall extends WhichId {
  /** docker's own. */
  readonly words: readonly string[];
  /** Where each of them stood. */
  readonly places: readonly number[];
  /** Whether the command speaks with the engine, as far as is known. */
  readonly asksEngine: boolean;
}

/** By which shells ask docker for completions; the last word is still being typed. */
const completing: ReadonlySet<string | undefined> = new Set(["__complete", "__completeNoDesc"]);

/** A flag of ours, and where the next word stands. */
export interface OwnFlag {
  readonly name: "id" | "as";
  readonly value: string;
  readonly next: number;
}

/** Reads `--id ID`, or `--as NAME`, where one stands; throws Failure("misuse") where its value is missing. */
export function readOwnFlag(words: readonly string[], at: number): OwnFlag | undefined {
  const [, name, given] = /^--(id|as)(?:=(.*))?$/s.exec(words[at] ?? "") ?? [];
  if (name !== "id" && name !== "as") return undefined;
  const value = given ?? words[at + 1];
  if (!value) {
    const [what, example] =
      name === "id" ? ["an id", "--id dkid_… alpine, or --id @FILE"] : ["a name", "--as NAME alpine"];
    throw new Failure("misuse", `--${name} needs ${what}`, { hint: `docker run ${example}` });
  }
  return { name, value, next: given === undefined ? at + 2 : at + 1 };
}

/** Adds such a flag to what is known; throws Failure("misuse") where another one is. */
export function addFlag(which: WhichId, { name, value }: OwnFlag): WhichId {
  if (which[name] !== undefined) throw new Failure("misuse", `only one --${name} can be given`);
  if (Object.keys(which).length > 0) throw new Failure("misuse", "--id and --as cannot be given together");
  return { [name]: value };
}

/**
 * Takes `--id ID`, or `--as NAME`, out of a docker command, wherever a flag of docker's may stand: before the image or the command that
 * a container runs, whose own words are left as they are, and before the command of a plugin that may have an `--id` of
 * its own. Throws Failure("misuse") for one without its value, or a second one.
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
  readonly #kept: number[] = [];
  #at = 0;
  #which: WhichId = {};

  constructor(words: readonly string[], from: number) {
    this.#words = words;
    this.#keep(from);
  }

  /** Goes over flags to the first word that is none, and gives it; undefined where it cannot be told which that is. */
  takeWord(table: FlagTable): string | undefined {
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || word === "--") return undefined;
      if (this.#takeFlag()) continue;
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
      if (!this.#takeFlag()) this.#keep(1);
    }
  }

  toCall(asksEngine: boolean): DockerCall {
    this.#keep(this.#words.length - this.#at);
    const places = this.#kept;
    return { ...this.#which, words: places.map((place) => this.#words[place] ?? ""), places, asksEngine };
  }

  #takeFlag(): boolean {
    const flag = readOwnFlag(this.#words, this.#at);
    if (flag === undefined) return false;
    this.#which = addFlag(this.#which, flag);
    this.#at = flag.next;
    return true;
  }

  #keep(count: number): void {
    for (let each = 0; each < count && this.#at < this.#words.length; each++) this.#kept.push(this.#at++);
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
