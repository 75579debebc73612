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
      /** Waits until the shell asks for the next line, behind that text; its prompt says the status. */
      const back = async (behind: string, status: number | string) => {
        await terminal.shows(new RegExp(`${escape(behind)}[^]*\\[${status}\\]> \\n*$`));
      };
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
        await terminal.shows(/^begun\n\[0\]> \n*$/m);
        await terminal.clear();
      });
      afterEach(async () => {
        await terminal.press("C-c");
        await terminal.line("exit");
      });

      it("runs as the proposal wrote it, with a terminal that is the program's", async () => {
        await terminal.line(`${run} --rm -i --id "$ID" -t box sh`);
        await terminal.shows(/^\/ # $/m);
        await terminal.line("echo $((40+2))");
        await terminal.shows(/^42$/m);
        // docker tells the engine of its terminal's size once the program runs
        const has = (size: string) =>
          until(`the program's terminal is ${size}`, async () => {
            await terminal.line("stty size");
            return new RegExp(`^${size}$`, "m").test(await terminal.screen());
          });
        await has("30 160");
        await terminal.resize(90, 25);
        await has("25 90");
        await terminal.line("echo asleep''; sleep 1000; echo went on''");
        await terminal.shows(/^asleep$/m);
        await until("the program's shell is back", async () => {
          await terminal.press("C-c");
          return (await terminal.screen()).trimEnd().endsWith("/ #");
        });
        await terminal.line("exit 7");
        await back("exit 7", 7);
        expect(await terminal.screen()).not.toMatch(/^went on$/m);
      });

      it("lets go with Ctrl-P Ctrl-Q, and takes hold again", async () => {
        await terminal.line(`${run} --name kept --id "$ID" -it box sh`);
        await terminal.shows(/^\/ # $/m);
        await terminal.press("C-p", "C-q");
        await back("box sh", 0);
        await terminal.line(`docker ps --id "$ID" --format 'is {{.Names}}'`);
        await terminal.shows(/^is kept$/m);
        await terminal.line('docker attach --id "$ID" kept');
        await terminal.press("Enter");
        await terminal.shows(/# \n\/ # $/m);
        await terminal.line("exit 3");
        await back("exit 3", 3);
        await terminal.line('docker rm --id "$ID" kept');
        await back('"$ID" kept\nkept\n', 0);
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
        await back(rest, status);
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
        await back("fg", "(0|130)");
        await until("nobody is left beside it", () => !hasProcess(home(), ["accompany-own"]));
      });

      it("shows the id in no process's arguments or environment", async () => {
        await terminal.line('docker events --id "$ID"');
        await until("docker is at it", () => hasProcess(home(), ["docker", "events"]));
        expect(seenBy(token)).toEqual([]);
        await terminal.press("C-c");
        await back("docker events", "(0|130)");
      });

      it("goes under the default id without a word", async () => {
        await terminal.line("docker ps --format 'is {{.Names}}'; docker context show");
        await back("docker context show", 0);
        await terminal.line(`${run} --rm box echo done''`);
        await terminal.shows(/^done$/m);
        await terminal.line("command docker ps");
        await terminal.shows(/authorization denied/);
      });

      it("asks for an id that is to be hidden", async () => {
        await terminal.line("docker ps --id - --format 'is {{.Names}}' && echo went''");
        await terminal.shows(/^Id: $/m);
        await terminal.line(token.trim());
        await terminal.shows(/^went$/m);
        expect(await terminal.screen()).not.toContain("dkid_");
        await terminal.line(`${run} --rm -it --id - box sh`);
        await terminal.shows(/--id - box sh\nId: $/m);
        await terminal.line(token.trim());
        await terminal.shows(/^\/ # $/m);
        await terminal.line("exit 4");
        await back("exit 4", 4);
      });

      it("leaves a program's own words alone, whatever is in them", async () => {
        await terminal.line(`${run} --rm --id "$ID" box printf '<%s>' 'a  b' "it's" '*' '$HOME' --id x '' ; echo`);
        await terminal.shows(/^<a {2}b><it's><\*><\$HOME><--id><x><>$/m);
      });

      it("completes docker-id, with names that the engine has", async () => {
        await terminal.line(`${run} -d --name completable --id "$ID" box sleep 1000 >/dev/null`);
        await back(">/dev/null", 0);
        await terminal.type("docker-id crea\t");
        await terminal.shows(/docker-id create $/m);
        await terminal.type("--container-id compl\t");
        await terminal.shows(/--container-id completable $/m);
        await terminal.type("--op wri\t");
        await terminal.shows(/--op write $/m);
        await terminal.press("C-c");
        await back("--op write", 130);
        await terminal.line('docker rm -f --id "$ID" completable');
        await back("completable\ncompletable\n", 0);
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

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
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
