import { Failure } from "./errors.ts";

/** docker's own flags as they stood before `id`; `raw` is what they were, to be handed on to docker. */
export interface DockerFlags {
  readonly host?: string;
  readonly context?: string;
  readonly config?: string;
  readonly tls?: boolean;
  readonly tlsverify?: boolean;
  readonly tlscacert?: string;
  readonly tlscert?: string;
  readonly tlskey?: string;
  readonly raw: readonly string[];
}

/** docker's flags that take a value, and those that take none; short names first. */
const valued = { "-H": "host", "-c": "context", "-l": "log-level" } as const;
const longValued = ["host", "context", "config", "log-level", "tlscacert", "tlscert", "tlskey"] as const;
const longBoolean = ["debug", "tls", "tlsverify"] as const;

/** The proposal's spellings, and the commands that they are. */
const spellings = ["init", "show", "set", "create", "destroy"] as const;

/** Flags of ours that take no value; after any other the next word is a value and cannot be a spelling. */
const ourBooleans = new Set(["--json", "--root", "--no-resolve", "--yes", "--offline", "--help", "-y"]);

/**
 * Puts argv right before oclif sees it: docker's leading flags are taken off, the plugin's own name is dropped, and the
 * proposal's `--init`, `--show`, `--set X`, `--create …`, `--destroy` become commands. Throws Failure("misuse") for a
 * docker flag without its value, or given twice.
 */
export function readArgv(argv: readonly string[]): { argv: string[]; dockerFlags: DockerFlags } {
  const { dockerFlags, rest } = takeDockerFlags(argv);
  const words = rest[0] === "id" ? rest.slice(1) : rest;
  if (words[0] === "help") {
    const subject = words.slice(1);
    return { argv: [...(subject[0] === "id" ? subject.slice(1) : subject), "--help"], dockerFlags };
  }
  return { argv: spellOut(words), dockerFlags };
}

/** Takes docker's leading flags off. */
export function takeDockerFlags(argv: readonly string[]): { dockerFlags: DockerFlags; rest: readonly string[] } {
  const found: Record<string, string | boolean> = {};
  let at = 0;
  const set = (name: string, value: string | boolean) => {
    if (name === "host" && name in found) throw new Failure("misuse", "only one -H can be given");
    found[name] = value;
  };
  const next = (flag: string): string => {
    const value = argv[++at];
    if (value === undefined) throw new Failure("misuse", `${flag} needs a value`);
    return value;
  };

  for (; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const [, long, , given] = /^--([a-z-]+)(=(.*))?$/s.exec(word) ?? [];
    if (long !== undefined) {
      if (isOneOf(longValued, long)) set(long, given ?? next(word));
      else if (isOneOf(longBoolean, long)) set(long, readBoolean(word, given));
      else break;
    } else if (!takeShort(word, set, next)) break;
  }
  if ("host" in found && "context" in found) {
    throw new Failure("misuse", "-H and --context cannot be given together");
  }
  const { debug: _debug, "log-level": _level, ...flags } = found;
  return { dockerFlags: { ...flags, raw: argv.slice(0, at) }, rest: argv.slice(at) };
}

/** Reads `-D`, `-H X`, `-HX`, `-H=X` and clusters such as `-DH X`; false when the word is none of docker's. */
function takeShort(
  word: string,
  set: (name: string, value: string | boolean) => void,
  next: (flag: string) => string,
): boolean {
  const [, cluster, flag, value] = /^-(D*)(?:([Hcl])(.*))?$/s.exec(word) ?? [];
  if (cluster === undefined || word === "-") return false;
  if (cluster !== "") set("debug", true);
  if (flag !== undefined) {
    const name = valued[`-${flag}` as keyof typeof valued];
    set(name, value === undefined || value === "" ? next(`-${flag}`) : value.replace(/^=/, ""));
  }
  return true;
}

function spellOut(words: readonly string[]): string[] {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!word.startsWith("-") || word === "--") break;
    const [, name, , value] = /^--([a-z]+)(=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined && isOneOf(spellings, name)) {
      const before = words.slice(0, at);
      const after = words.slice(at + 1);
      return [name, ...before, ...(value === undefined ? [] : [value]), ...after];
    }
    if (!word.includes("=") && !ourBooleans.has(word)) at++;
  }
  return [...words];
}

function isOneOf<T extends string>(list: readonly T[], word: string): word is T {
  return list.some((one) => one === word);
}

function readBoolean(flag: string, given: string | undefined): boolean {
  if (given === undefined || /^(1|t|T|true|TRUE|True)$/.test(given)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(given)) return false;
  throw new Failure("misuse", `${flag} is neither true nor false`);
}
