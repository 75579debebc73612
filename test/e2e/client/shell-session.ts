import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { quoteWords } from "../../../src/shell/quote.ts";
import { newestDocker } from "../../support/dockers.ts";
import { node } from "../../support/node.ts";
import { onStage } from "../../support/on-stage.ts";
import { secret } from "../../support/stage.ts";
import { openTerminal, type Terminal } from "../../support/terminal.ts";
import { until } from "../../support/until.ts";
import { allowed } from "../../support/verdicts.ts";
import { entry } from "../../support/verifier.ts";

const shells = {
  bash: { start: ["bash", "--norc", "--noprofile", "-i"], prompt: "PS1='[$?]> '", begin: "" },
  zsh: {
    start: ["zsh", "-f", "-i"],
    prompt: "PROMPT='[%?]> ' PROMPT_EOL_MARK=",
    begin: "autoload -U compinit; compinit -D -u; ",
  },
} as const;

/** A person at a terminal with that shell, whose docker is ours, before a guarded engine. */
export function playShell(shell: keyof typeof shells): void {
  onStage(
    `docker in ${shell}, under a terminal`,
    (stage) => {
      let terminal: Terminal;
      let token: string;
      const home = () => stage().env["DOCKER_CONFIG"] ?? "";
      const run = "docker run --network none --stop-signal KILL";

      beforeEach(async () => {
        const { start, prompt, begin } = shells[shell];
        const folder = newestDocker().path.replace(/\/docker$/, "");
        const env = {
          ...stage().env,
          PATH: `${folder}:${process.env["PATH"]}`,
          TERM: "xterm",
          XDG_RUNTIME_DIR: stage().workspace.dir,
        };
        terminal = await openTerminal(stage().workspace, start, env);
        token = readFileSync(stage().workspace.path("id.txt"), "utf8");
        await terminal.line(
          `${prompt}; ${begin}eval "$(${quoteWords("bash", [node, entry])} shell-init)"; ID=$(cat ${stage().workspace.path("id.txt")}); echo begun''`,
        );
        await terminal.shows(/^begun\n\[0\]> $/m);
        await terminal.clear();
      });
      afterEach(async () => {
        await terminal.press("C-c");
        await terminal.line("exit");
      });

      it("runs as the proposal wrote it, with a terminal that is the program's", async () => {
        await terminal.line(`${run} --rm -i --id "$ID" -t box sh`);
        await terminal.shows(/^\/ # $/m);
        await terminal.line("echo $((40+2)); stty size");
        await terminal.shows(/^42\n30 100$/m);
        await terminal.resize(90, 25);
        await until("the program's terminal has the new size", async () => {
          await terminal.line("stty size");
          return /^25 90$/m.test(await terminal.screen());
        });
        await terminal.line("echo asleep''; sleep 1000; echo went on''");
        await terminal.shows(/^asleep$/m);
        await until("the program's shell is back", async () => {
          await terminal.press("C-c");
          return (await terminal.screen()).trimEnd().endsWith("/ #");
        });
        await terminal.line("exit 7");
        await terminal.shows(/^\[7\]> $/m);
        expect(await terminal.screen()).not.toMatch(/^went on$/m);
      });

      it("lets go with Ctrl-P Ctrl-Q, and takes hold again", async () => {
        await terminal.line(`${run} --name kept --id "$ID" -it box sh`);
        await terminal.shows(/^\/ # $/m);
        await terminal.press("C-p", "C-q");
        await terminal.shows(/\[0\]> $/m);
        await terminal.line(`docker ps --id "$ID" --format 'is {{.Names}}'`);
        await terminal.shows(/^is kept$/m);
        await terminal.line('docker attach --id "$ID" kept');
        await terminal.press("Enter");
        await terminal.shows(/# \n\/ # $/m);
        await terminal.line("exit 3");
        await terminal.shows(/^\[3\]> $/m);
        await terminal.line('docker rm --id "$ID" kept');
        await terminal.shows(/^kept\n\[0\]> $/m);
      });

      it.each([
        [0, "box true"],
        [1, "box false"],
        [125, "--frobnicate box true"],
        [126, "box /etc"],
        [127, "box /not/there"],
        [137, "box sh -c 'sleep 1000 & kill -KILL $!; wait $!'"],
      ])("gives the status %i", async (status, rest) => {
        await terminal.line(`${run} --rm --id "$ID" ${rest}`);
        await terminal.shows(new RegExp(`^\\[${status}\\]> $`, "m"));
        // What follows is as it was before
        await terminal.line("echo $?:$-");
        await terminal.shows(new RegExp(`^${status}:`, "m"));
      });

      it("is stopped, goes on and is interrupted by keys, as docker is", async () => {
        await terminal.line('docker events --id "$ID" --format "saw {{.Action}}"');
        await until("docker is at it", () => hasProcess(home(), ["docker", "events"]));
        await terminal.press("C-z");
        await terminal.shows(/(Stopped|suspended)/);
        await until("docker is stopped", () => hasProcess(home(), ["docker", "events"], "T"));
        await terminal.line("fg");
        await until("docker goes on", () => hasProcess(home(), ["docker", "events"], "S"));
        await terminal.press("C-c");
        await terminal.shows(/\[(0|130)\]> $/m);
        await until("nobody is left beside it", () => !hasProcess(home(), ["accompany-own"]));
      });

      it("shows the id in no process's arguments or environment", async () => {
        await terminal.line('docker events --id "$ID"');
        await until("docker is at it", () => hasProcess(home(), ["docker", "events"]));
        expect(seenBy(token)).toEqual([]);
        await terminal.press("C-c");
        await terminal.shows(/\[(0|130)\]> $/m);
      });

      it("goes under the default id without a word", async () => {
        await terminal.line("docker ps --format 'is {{.Names}}'; docker context show");
        await terminal.shows(/\[0\]> $/m);
        await terminal.line(`${run} --rm box echo done''`);
        await terminal.shows(/^done$/m);
        await terminal.line("command docker ps");
        await terminal.shows(/authorization denied/);
      });

      it("leaves a program's own words alone, whatever is in them", async () => {
        await terminal.line(`${run} --rm --id "$ID" box printf '<%s>' 'a  b' "it's" '*' '$HOME' --id x '' ; echo`);
        await terminal.shows(/^<a {2}b><it's><\*><\$HOME><--id><x><>$/m);
      });

      it("completes docker-id, with names that the engine has", async () => {
        await terminal.line(`${run} -d --name completable --id "$ID" box sleep 1000 >/dev/null`);
        await terminal.shows(/\[0\]> $/m);
        await terminal.type("docker-id crea\t");
        await terminal.shows(/docker-id create $/m);
        await terminal.type("--container-id compl\t");
        await terminal.shows(/--container-id completable $/m);
        await terminal.type("--op rea\t");
        await terminal.shows(/--op read/);
        await terminal.press("C-c");
        await terminal.line('docker rm -f --id "$ID" completable');
        await terminal.shows(/^completable\n\[0\]> $/m);
      });
    },
    {
      also: [shell, "tmux"],
      prepare: async (stage) => {
        await stage.engine.importImage("box");
        allowed(await stage.id(["init"], { env: { DOCKER_ID_SECRET: secret } }));
        const id = allowed(await stage.id(["create", "--expires", "1h", "--scope", "*:*:write"]));
        writeFileSync(stage.workspace.path("id.txt"), id, { mode: 0o600 });
      },
    },
  );
}

/** Whether a process of the workspace has these words next to each other, and one of these states. */
function hasProcess(home: string, words: readonly string[], states = "RSDT"): boolean {
  return processes().some(
    ({ words: all, environment, state }) =>
      all.join("\0").includes(words.join("\0")) &&
      environment.includes(`DOCKER_CONFIG=${home}`) &&
      states.includes(state),
  );
}

/** The processes that hold a text where others may look. */
function seenBy(text: string): string[] {
  return processes()
    .filter(({ words, environment }) => words.join("\0").includes(text) || environment.includes(text))
    .map(({ words }) => words.join(" ").replaceAll(text, "THE ID"));
}

function processes(): { words: readonly string[]; environment: string; state: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
        const [, state = ""] = /\) (\w) /.exec(read("stat")) ?? [];
        return [{ words: read("cmdline").split("\0"), environment: read("environ"), state }];
      } catch {
        return [];
      }
    });
}
