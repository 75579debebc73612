import { readArgv, takeDockerFlags, type DockerFlags } from "./argv.ts";
import { addFlag, readOwnFlag, takeId, type WhichId } from "./docker-cli/take-id.ts";
import { Failure } from "./errors.ts";

/** A call of docker-id that becomes another program, beside which docker-id stands. */
export interface BesideCall {
  readonly which: WhichId;
  readonly dockerFlags: DockerFlags;
  /** The program's words that are new, `docker` and what it has to be told again. */
  readonly first: readonly string[];
  /** Then the words that it was called with, by their place. */
  readonly places: readonly number[];
}

/**
 * Reads a call of `run`, `exec` or `docker`; undefined for every other, and for one that asks for help. Throws
 * Failure("misuse") for a call that means nothing.
 */
export function readBeside(words: readonly string[]): BesideCall | undefined {
  const { argv, dockerFlags } = readArgv(words);
  const [command, next] = argv;
  if (next === "--help") return undefined;
  const from = words.length - argv.length;
  if (command === "exec") return readExec(words, from + 1, dockerFlags);
  if (command === "run") return readDocker(words, from, dockerFlags);
  return command === "docker" ? readDocker(words, from + 1, dockerFlags) : undefined;
}

function readExec(words: readonly string[], from: number, dockerFlags: DockerFlags): BesideCall {
  let which: WhichId = {};
  let next = from;
  for (let flag = readOwnFlag(words, next); flag !== undefined; flag = readOwnFlag(words, next)) {
    which = addFlag(which, flag);
    next = flag.next;
  }
  if (words[next] !== "--" || next + 1 >= words.length) {
    throw new Failure("misuse", "exec takes a command after --", {
      hint: "docker-id exec -- docker-compose up; docker's own exec is docker-id docker exec …",
    });
  }
  const places = words.map((_word, place) => place).slice(next + 1);
  return { which, dockerFlags, first: [], places };
}

function readDocker(words: readonly string[], from: number, outer: DockerFlags): BesideCall {
  const { id, as, words: dockerWords, places } = takeId(words.slice(from));
  const inner = takeDockerFlags(dockerWords).dockerFlags.raw;
  const { dockerFlags } = takeDockerFlags([...outer.raw, ...inner]);
  return {
    which: { ...(id === undefined ? {} : { id }), ...(as === undefined ? {} : { as }) },
    dockerFlags,
    first: ["docker", ...withoutEngine(dockerFlags)],
    places: places.slice(inner.length).map((place) => place + from),
  };
}

/** docker's flags but for those that choose the engine, which is behind our socket. */
function withoutEngine({ config, raw }: DockerFlags): string[] {
  const debug = raw.some((word) => /^(?:-D+[Hcl]?.*|--debug(?:=(?:1|t|T|true|TRUE|True))?)$/s.test(word));
  const at = raw.findIndex((word) => word === "-l" || word === "--log-level");
  const level = raw.map((word) => /^(?:-l=?|--log-level=)(.+)$/s.exec(word)?.[1]).find((found) => found !== undefined);
  const logLevel = at >= 0 ? raw[at + 1] : level;
  return [
    ...(config === undefined ? [] : ["--config", config]),
    ...(debug ? ["--debug"] : []),
    ...(logLevel === undefined ? [] : ["--log-level", logLevel]),
  ];
}
