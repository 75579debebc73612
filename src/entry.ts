import { readFileSync } from "node:fs";
import { readArgv } from "./argv.ts";
import { framed, leave } from "./framed.ts";
import { readVersion } from "./version.ts";

/** Runs docker-id with the words after its name; sets the exit status and never rejects. */
export async function enter(words: readonly string[]): Promise<void> {
  // It shares its outputs with the program that it stands beside, and touches none of them otherwise.
  if (words[0] === "accompany") return await (await import("./accompany.ts")).accompany(words.slice(1));
  if (words[0] === "accompany-own") return await (await import("./accompany.ts")).accompany(words.slice(1), true);
  const json = words.includes("--json") && !words.slice(0, words.indexOf("--json")).includes("--");
  await framed(() => answer(words), json);
}

/** Hot calls are answered before oclif is loaded, which takes longer than they do. */
async function answer(words: readonly string[]): Promise<void> {
  if (words[0] === "docker-cli-plugin-metadata") return answerMetadata();
  if (words[0] === "docker-credential-docker-id") {
    return await (await import("./credential-helper/be-helper.ts")).beHelper(words[1], process.env);
  }
  if (words[0]?.startsWith("__complete") === true) return await answerShell(words[0], words.slice(1));
  const { argv, dockerFlags } = readArgv(words);
  if (argv.length === 1 && argv[0] === "--version") return write(`docker-id ${readVersion()}`);
  if (argv.length === 1 && argv[0] === "show") {
    const { showDefaultId } = await import("./show-default-id.ts");
    return write(await showDefaultId(dockerFlags, process.env));
  }
  if (argv[0] === "run" || argv[0] === "exec" || argv[0] === "docker") {
    const { readBeside } = await import("./read-beside.ts");
    if (readBeside(words) !== undefined) return (await import("./become.ts")).becomeProgram(words);
  }
  // oclif would colour its help in a pipe too.
  delete process.env["FORCE_COLOR"];
  const { runCommand } = await import("./run-command.ts");
  await runCommand(argv, dockerFlags);
}

/** docker asks every plugin for this, even on `docker --help`. */
function answerMetadata(): void {
  write(
    JSON.stringify({
      SchemaVersion: "0.1.0",
      Vendor: "docker-id",
      Version: readVersion(),
      ShortDescription: "Ids that narrow what may be done with this engine",
    }),
  );
}

/** docker asks `__complete` on a shell's behalf; our own scripts send the words through a pipe. */
async function answerShell(asked: string, words: readonly string[]): Promise<void> {
  const [{ complete }, { readCommands }] = await Promise.all([
    import("./completion/complete.ts"),
    import("./manifest.ts"),
  ]);
  const typed = asked === "__complete-words" ? readFileSync(0, "utf8").split("\0").slice(0, -1) : words;
  const lines = await complete(typed, readCommands(), process.env);
  write(asked === "__completeNoDesc" ? lines.replaceAll(/\t.*/g, "") : lines);
  // A keychain or an engine may still be silent.
  leave();
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
