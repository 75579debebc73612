import { quoteWord } from "./quote.ts";

/** What a shell is to become, once docker-id stands beside it. */
export interface Plan {
  /** Set for the program; undefined takes away. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Words that are new. */
  readonly first: readonly string[];
  /** Then those that the shell was given, by their place: what they hold never passes through here. */
  readonly places: readonly number[];
}

/** The plan as a POSIX shell reads it, which has the words as its own; it ends by becoming the program. */
export function formatPlan({ environment, first, places }: Plan): string {
  const lines = Object.entries(environment).map(([name, value]) =>
    value === undefined ? `unset ${name}` : `${name}=${quoteWord("bash", value)}; export ${name}`,
  );
  const words = [...first.map((word) => quoteWord("bash", word)), ...places.map((place) => `"\${${place + 1}}"`)];
  return `${lines.join("\n")}\nset -- ${words.join(" ")}\nexec "$@"\n`;
}
