import type { ArgSpec, Candidate, Commands, CommandSpec, FlagSpec, Lookup, Suggestion } from "./spec.ts";

const nothing: Suggestion = { candidates: [] };

/** Tells what may stand in place of the last word. */
export async function suggest(commands: Commands, words: readonly string[], lookup: Lookup): Promise<Suggestion> {
  const typed = words.at(-1) ?? "";
  const { command, rest, path } = findCommand(commands, words.slice(0, -1));
  const found =
    command === undefined ? suggestCommand(commands, path, rest) : await suggestIn(command, rest, typed, lookup);
  return { ...found, candidates: found.candidates.filter(({ value }) => value.startsWith(typed)) };
}

/** The command of which the words are; some have two. */
function findCommand(commands: Commands, words: readonly string[]) {
  for (const count of [2, 1]) {
    const command = Object.hasOwn(commands, words.slice(0, count).join(":"))
      ? commands[words.slice(0, count).join(":")]
      : undefined;
    if (command !== undefined && words.length >= count) return { command, rest: words.slice(count), path: "" };
  }
  return { command: undefined, rest: words.slice(1), path: words[0] ?? "" };
}

function suggestCommand(commands: Commands, path: string, rest: readonly string[]): Suggestion {
  if (rest.length > 0) return nothing;
  const known = Object.values(commands).filter(({ hidden }) => hidden !== true);
  if (path !== "" && path !== "help") {
    const below = known.filter(({ id }) => id.startsWith(`${path}:`));
    return { candidates: below.map(({ id, summary }) => candidate(id.slice(path.length + 1), summary)) };
  }
  const first = new Map<string, Candidate>();
  for (const { id, summary } of known) {
    const [topic = "", deeper] = id.split(":");
    if (!first.has(topic)) first.set(topic, deeper === undefined ? candidate(topic, summary) : { value: topic });
  }
  return { candidates: [...first.values(), { value: "help", summary: "tell of a command" }] };
}

async function suggestIn(
  command: CommandSpec,
  words: readonly string[],
  typed: string,
  lookup: Lookup,
): Promise<Suggestion> {
  const flags = Object.values(command.flags).filter(({ hidden }) => hidden !== true);
  const given: FlagSpec[] = [];
  let args = 0;
  let awaiting: FlagSpec | undefined;
  for (const word of words) {
    if (awaiting !== undefined) {
      awaiting = undefined;
    } else if (word === "--") {
      return { candidates: [], files: true };
    } else if (word.startsWith("-") && word !== "-") {
      const flag = findFlag(flags, word);
      if (flag !== undefined) given.push(flag);
      if (flag?.type === "option" && isWhole(word)) awaiting = flag;
    } else args += 1;
  }
  if (awaiting !== undefined) return await suggestValue(awaiting, typed, lookup);
  const [, name, value] = /^(--[a-z-]+)=(.*)$/s.exec(typed) ?? [];
  if (name !== undefined && value !== undefined) {
    const flag = findFlag(flags, name);
    return flag === undefined ? nothing : prefixed(`${name}=`, await suggestValue(flag, value, lookup));
  }
  if (typed.startsWith("-") && typed !== "-") return { candidates: listFlags(flags, given) };
  const arg = Object.values(command.args)[args];
  return arg === undefined ? nothing : await suggestArg(arg, typed, lookup);
}

/** Whether the flag's value, if it takes one, is another word. */
function isWhole(word: string): boolean {
  return word.startsWith("--") ? !word.includes("=") : word.length === 2;
}

function findFlag(flags: readonly FlagSpec[], word: string): FlagSpec | undefined {
  const name = word.replace(/^--?/, "").replace(/=.*$/s, "");
  if (!word.startsWith("--")) return flags.find(({ char }) => char === name.charAt(0));
  return flags.find((flag) => {
    const { aliases = [], allowNo } = flag;
    return flag.name === name || aliases.includes(name) || (allowNo === true && name === `no-${flag.name}`);
  });
}

function listFlags(flags: readonly FlagSpec[], given: readonly FlagSpec[]): Candidate[] {
  const left = flags.filter((flag) => flag.multiple === true || !given.includes(flag));
  return [
    ...left.flatMap(({ name, summary, allowNo }) => {
      const plain = candidate(`--${name}`, summary);
      return allowNo === true ? [plain, candidate(`--no-${name}`, summary)] : [plain];
    }),
    { value: "--help", summary: "tell of this command" },
  ];
}

async function suggestValue(flag: FlagSpec, typed: string, lookup: Lookup): Promise<Suggestion> {
  if (flag.options !== undefined) return { candidates: flag.options.map((value) => ({ value })) };
  const found = await lookup(flag.name, typed);
  if (found !== undefined) return found;
  const shape = [flag.helpValue ?? ""].flat().join(" ");
  return { candidates: [], files: /FILE|DIR|PATH/.test(shape) };
}

async function suggestArg(arg: ArgSpec, typed: string, lookup: Lookup): Promise<Suggestion> {
  if (arg.options !== undefined) return { candidates: arg.options.map((value) => ({ value })) };
  return (await lookup(arg.name, typed)) ?? nothing;
}

function prefixed(before: string, suggestion: Suggestion): Suggestion {
  return {
    ...suggestion,
    files: false,
    candidates: suggestion.candidates.map(({ value, ...rest }) => ({ value: before + value, ...rest })),
  };
}

function candidate(value: string, summary: string | undefined): Candidate {
  return summary === undefined ? { value } : { value, summary };
}
