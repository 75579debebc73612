/** A flag, as far as completing goes. */
export interface FlagSpec {
  readonly name: string;
  readonly char?: string;
  readonly type: "boolean" | "option";
  readonly summary?: string;
  readonly helpValue?: string | readonly string[];
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly allowNo?: boolean;
  readonly hidden?: boolean;
  readonly aliases?: readonly string[];
}

/** An argument likewise. */
export interface ArgSpec {
  readonly name: string;
  readonly options?: readonly string[];
  readonly description?: string;
}

/** A command likewise. */
export interface CommandSpec {
  readonly id: string;
  readonly summary?: string;
  readonly hidden?: boolean;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  readonly args: Readonly<Record<string, ArgSpec>>;
}

/** The commands by their words, parted by colons. */
export type Commands = Readonly<Record<string, CommandSpec>>;

/** One thing that may stand next. */
export interface Candidate {
  readonly value: string;
  readonly summary?: string;
}

/** What may stand next; `files` leaves it to the shell, `open` means that the word goes on after it. */
export interface Suggestion {
  readonly candidates: readonly Candidate[];
  readonly files?: boolean;
  readonly open?: boolean;
}

/** Gives what a flag or an argument may be, as far as it is known from its name; undefined where it is not. */
export type Lookup = (name: string, typed: string) => Promise<Suggestion | undefined>;
