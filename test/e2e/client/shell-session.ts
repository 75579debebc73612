import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { onStage } from "../../support/on-stage.ts";
import { secret } from "../../support/stage.ts";
import { until } from "../../support/until.ts";
import { allowed } from "../../support/verdicts.ts";
import { dockerRun, type InteractiveShell, playBasics, takeSeat } from "./at-terminal.ts";

/** A person at a terminal with that shell, whose docker is ours, before a guarded engine. */
export function playShell(shell: InteractiveShell): void {
  onStage(
    `docker in ${shell}, under a terminal`,
    (stage) => {
      const seat = takeSeat(shell, stage);
      const home = () => stage().env["DOCKER_CONFIG"] ?? "";
      playBasics(seat);

      it("is stopped, goes on and is interrupted by keys, as docker is", async () => {
        await seat.terminal().line('docker events --id "$ID" --format "saw {{.Action}}"');
        await until("docker is at it", () => hasProcess(home(), ["docker", "events"]));
        await seat.terminal().press("C-z");
        await seat.terminal().shows(/(Stopped|suspended)/);
        await until("docker is stopped", () => hasProcess(home(), ["docker", "events"], "T"));
        await seat.terminal().line("fg");
        await until("docker goes on", () => hasProcess(home(), ["docker", "events"], "S"));
        await seat.terminal().press("C-c");
        await seat.back("fg", "(0|130)");
        await until("nobody is left beside it", () => !hasProcess(home(), ["accompany-own"]));
      });

      it("shows the id in no process's arguments or environment", async () => {
        await seat.terminal().line('docker events --id "$ID"');
        await until("docker is at it", () => hasProcess(home(), ["docker", "events"]));
        expect(seenBy(seat.token())).toEqual([]);
        await seat.terminal().press("C-c");
        await seat.back("docker events", "(0|130)");
      });

      it("goes under the default id without a word", async () => {
        await seat.terminal().line("docker ps --format 'is {{.Names}}'; docker context show");
        await seat.back("docker context show", 0);
        await seat.terminal().line(`${dockerRun} --rm box echo done''`);
        await seat.terminal().shows(/^done$/m);
        await seat.terminal().line("command docker ps");
        await seat.terminal().shows(/authorization denied/);
      });

      it("asks for an id that is to be hidden", async () => {
        await seat.terminal().line("docker ps --id - --format 'is {{.Names}}' && echo went''");
        await seat.terminal().shows(/^Id: $/m);
        await seat.terminal().line(seat.token().trim());
        await seat.terminal().shows(/^went$/m);
        expect(await seat.terminal().screen()).not.toContain("dkid_");
        await seat.terminal().line(`${dockerRun} --rm -it --id - box sh`);
        await seat.terminal().shows(/--id - box sh\nId: $/m);
        await seat.terminal().line(seat.token().trim());
        await seat.terminal().shows(/^\/ # $/m);
        await seat.terminal().line("exit 4");
        await seat.back("exit 4", 4);
      });

      it("leaves a program's own words alone, whatever is in them", async () => {
        await seat
          .terminal()
          .line(`${dockerRun} --rm --id "$ID" box printf '<%s>' 'a  b' "it's" '*' '$HOME' --id x '' ; echo`);
        await seat.terminal().shows(/^<a {2}b><it's><\*><\$HOME><--id><x><>$/m);
      });

      it("completes docker-id, with names that the engine has", async () => {
        await seat.terminal().line(`${dockerRun} -d --name completable --id "$ID" box sleep 1000 >/dev/null`);
        await seat.back(">/dev/null", 0);
        await seat.terminal().type("docker-id crea\t");
        await seat.terminal().shows(/docker-id create $/m);
        await seat.terminal().type("--container-id compl\t");
        await seat.terminal().shows(/--container-id completable $/m);
        await seat.terminal().type("--op wri\t");
        await seat.terminal().shows(/--op write $/m);
        await seat.terminal().press("C-c");
        await seat.back("--op write", 130);
        await seat.terminal().line('docker rm -f --id "$ID" completable');
        await seat.back("completable\ncompletable\n", 0);
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
