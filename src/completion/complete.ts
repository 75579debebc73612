import type { DockerFlags } from "../argv.ts";
import { readArgv } from "../argv.ts";
import { askEngine } from "../client/ask-engine.ts";
import { findEndpoint } from "../docker-cli/endpoint.ts";
import { openEngineKeychain, readDefaultId, readSettled } from "../keychain/default-id.ts";
import { listNames, pendingName } from "../keychain/kept-id.ts";
import type { Candidate, Commands, Suggestion } from "./spec.ts";
import { suggest } from "./suggest.ts";
import { type Asked, suggestValues } from "./values.ts";

/** Nobody waits longer for a completion. */
const limitMs = 1000;

/** What docker's shells understand of how to go on: cobra's directives. */
const directives = { files: 0, open: 2, noFiles: 4 } as const;

/**
 * Answers a shell, or docker for one: a line for each thing that may stand in place of the last word, then how to go on.
 * Whatever fails only makes it less.
 */
export async function complete(
  words: readonly string[],
  commands: Commands,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  try {
    const { argv, dockerFlags } = readWords(words.slice(0, -1));
    const asked = askOthers(dockerFlags, environment);
    const lookup = (name: string, typed: string) => suggestValues(name, typed, asked);
    return format(await suggest(commands, [...argv, words.at(-1) ?? ""], lookup));
  } catch {
    return format({ candidates: [] });
  }
}

function readWords(words: readonly string[]): { argv: readonly string[]; dockerFlags: DockerFlags } {
  const at = words.indexOf("help");
  if (at < 0) return readArgv(words);
  return { ...readArgv(words.slice(0, at)), argv: words.slice(at + 1).filter((word) => word !== "id") };
}

function askOthers(flags: DockerFlags, environment: NodeJS.ProcessEnv): Asked {
  const ask = async (path: string, read: (item: Record<string, unknown>) => readonly Candidate[]) => {
    const engine = findEndpoint(flags, environment);
    const found = await readDefaultId(engine.name, environment, () => keychainOf(engine.name));
    const { body } = await askEngine(engine, "GET", path, found?.id);
    return Array.isArray(body) ? body.flatMap((item: Record<string, unknown>) => read(item)) : [];
  };
  const keychainOf = (engine: string) => openEngineKeychain(environment, readSettled(environment, engine));
  return {
    containers: () =>
      inTime(() =>
        ask("/containers/json?all=1", ({ Names, Image, State }) =>
          textsOf(Names).map((name) => ({
            value: name.replace(/^\//, ""),
            summary: `${String(Image)}, ${String(State)}`,
          })),
        ),
      ),
    images: () =>
      inTime(() =>
        ask("/images/json", ({ RepoTags }) =>
          textsOf(RepoTags)
            .filter((tag) => !tag.startsWith("<none>"))
            .map((value) => ({ value })),
        ),
      ),
    names: () =>
      inTime(async () => {
        const { name } = findEndpoint(flags, environment);
        return (await listNames(await keychainOf(name), name)).filter((kept) => kept !== pendingName);
      }),
  };
}

/** What comes late, or fails, is nothing. */
async function inTime<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  const { promise, resolve } = Promise.withResolvers<readonly T[]>();
  const timer = setTimeout(resolve, limitMs, []);
  try {
    return await Promise.race([ask(), promise]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

function format({ candidates, files, open }: Suggestion): string {
  const directive = files === true ? directives.files : directives.noFiles | (open === true ? directives.open : 0);
  const lines = candidates.map(({ value, summary }) => {
    const shown = printable(value);
    return summary === undefined ? shown : `${shown}\t${shorten(printable(summary))}`;
  });
  return [...lines, `:${directive}`].join("\n");
}

/** Names come from the engine, and each is one line. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7E\u00A0-\uFFFF]/g, "?");
}

function shorten(text: string): string {
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
