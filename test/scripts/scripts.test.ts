import { readFileSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { node } from "../support/node.ts";
import { type Outcome, run } from "../support/run.ts";
import { personOf } from "../support/stage.ts";
import { entry, startVerifier } from "../support/verifier.ts";
import { openWorkspace, type Workspace } from "../support/workspace.ts";

/*
 * A script is a session at a shell, with a verifier and without an engine, and its files inline, as `-- NAME --`:
 *   docker-id WORDS…      has to end with 0; after `? N` with N; `< NAME` reads the file, or the $NAME, as its input
 *   stdout RE, stderr RE  what the last one said matches; after `!` it does not
 *   keep NAME             $NAME is from then on what the last one printed
 *   env NAME=VALUE        from then on
 */
const folder = import.meta.dirname;
const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));

describe.each(names)("%s", (name) => {
  let workspace: Workspace;
  let env: Record<string, string>;

  beforeAll(async () => {
    workspace = openWorkspace();
    const dockerHost = `unix://${workspace.path("no-engine.sock")}`;
    await mkdir(workspace.path("plugins"));
    const verifier = await startVerifier(workspace, { dockerHost, plugins: workspace.path("plugins") });
    env = personOf(workspace, dockerHost, verifier.admin);
  });
  afterAll(() => workspace.close());

  it("goes as it is written", async () => {
    const [script = "", ...files] = readFileSync(`${folder}/${name}`, "utf8").split(/^-- (.+) --\n/m);
    for (let at = 0; at < files.length; at += 2) await writeFile(workspace.path(files[at] ?? ""), files[at + 1] ?? "");
    const kept: Record<string, string> = {};
    let last: Outcome | undefined;
    for (const [at, line] of script.split("\n").entries()) {
      const place = `${name}:${at + 1}: ${line}`;
      const step = /^(?:\? (\d) )?(! )?(\S+) ?(.*)$/.exec(line.replace(/#.*$/, "").trim());
      if (step === null) continue;
      const [, status = "0", not, verb = "", rest = ""] = step;
      const text = rest.replace(/\$\{?(\w+)\}?/g, (whole, variable: string) => kept[variable] ?? whole);
      if (verb === "docker-id") {
        last = await runLine(text, workspace, env);
        expect(last.status, `${place}\n${last.stdout}${last.stderr}`).toBe(Number(status));
      } else if (verb === "env") Object.assign(env, Object.fromEntries([text.split(/=(.*)/s).slice(0, 2)]));
      else if (verb === "keep" && last !== undefined) kept[text] = last.stdout.trim();
      else if ((verb === "stdout" || verb === "stderr") && last !== undefined) {
        if (not === undefined) expect(last[verb], place).toMatch(new RegExp(text, "m"));
        else expect(last[verb], place).not.toMatch(new RegExp(text, "m"));
      } else throw new Error(`${place}: no such step`);
    }
  });
});

/** Words are apart by spaces, those in double quotes are one. */
function runLine(line: string, workspace: Workspace, env: Record<string, string>): Promise<Outcome> {
  const [command = "", source] = line.split(" < ");
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  const input =
    source === undefined ? undefined : source.startsWith("dkid_") ? source : readFileSync(workspace.path(source));
  return run(node, [entry, ...words], { env, cwd: workspace.dir, ...(input === undefined ? {} : { input }) });
}
