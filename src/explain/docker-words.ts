import { Failure } from "../errors.ts";

/** docker's own commands that speak with the engine that DOCKER_HOST names, and with nothing else. */
const commands = new Set(
  (
    "attach build commit cp create diff events exec export history images import info inspect kill load logs pause port " +
    "ps pull push rename restart rm rmi run save search start stats stop tag top unpause update version wait"
  ).split(" "),
);
const groups = new Set(
  "checkpoint config container image network node plugin secret service stack swarm system volume".split(" "),
);

/** Options that make docker write a file, by command; each takes a value. */
const writing: Readonly<Record<string, readonly string[]>> = {
  run: ["--cidfile"],
  create: ["--cidfile"],
  build: ["--iidfile", "--metadata-file", "--output", "-o"],
  save: ["--output", "-o"],
  export: ["--output", "-o"],
};

/**
 * The words after `docker` as docker is to be given them, so that it needs no terminal, asks nobody, writes no file and
 * speaks with no other engine: what would make it do so is left out where that changes nothing of its requests. Throws
 * Failure("misuse") for any other command: whatever a plugin of docker does, it would do in truth.
 */
export function admitDockerWords(words: readonly string[]): readonly string[] {
  const [docker, first, second] = words;
  if (docker !== "docker") {
    throw new Failure("misuse", "what stands after -- is no docker command", {
      hint: "docker-id explain -- docker run alpine, or docker-id explain GET /containers/json",
    });
  }
  if (first === undefined || first.startsWith("-")) {
    throw new Failure("misuse", "after docker its command has to follow", {
      hint: "which engine is meant stands before: docker -H … id explain -- docker …",
    });
  }
  if (!commands.has(first) && !groups.has(first)) {
    throw new Failure("misuse", `explain cannot tell what docker ${quote(first)} does without doing it`, {
      hint: "it takes docker's own commands that speak with the engine alone; for others, explain METHOD PATH",
    });
  }
  const command = groups.has(first) ? (second ?? "") : first;
  const rest = leaveOut(words.slice(1), writing[command] ?? []);
  if (command === "run" || command === "exec") return withoutTerminal(rest);
  // Both would ask for a yes
  if (command === "prune") return [...rest, "--force"];
  if (first === "plugin" && (command === "install" || command === "upgrade"))
    return [...rest.slice(0, 2), "--grant-all-permissions", ...rest.slice(2)];
  return rest;
}

/** Drops options with their values, in each way of writing them. */
function leaveOut(words: readonly string[], options: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const given = options.map((option) => readGiven(option, word)).find((found) => found !== undefined);
    if (given === undefined) kept.push(word);
    if (given === "with the next") at++;
  }
  return kept;
}

function readGiven(option: string, word: string): "with the next" | "whole" | undefined {
  if (word === option) return "with the next";
  if (option.startsWith("--")) return word.startsWith(`${option}=`) ? "whole" : undefined;
  // A short one may stand behind others that take no value, and before its own
  const [, value] = new RegExp(`^-[qD]*${option.slice(1)}(.*)$`, "s").exec(word) ?? [];
  if (value === undefined) return undefined;
  return value === "" ? "with the next" : "whole";
}

/** docker refuses `-t` where stdin is no terminal; the engine is asked for the same either way. */
function withoutTerminal(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    if (word === "--tty" || word === "--tty=true") return [];
    if (!/^-[dit]*t[dit]*$/.test(word)) return [word];
    const others = word.replaceAll("t", "");
    return others === "-" ? [] : [others];
  });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
