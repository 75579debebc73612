import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { besideEnvironment, command, livingExactly } from "../../support/beside.ts";
import { eachDocker, onStage } from "../../support/on-stage.ts";
import { secret } from "../../support/stage.ts";
import { openTerminal, type Terminal } from "../../support/terminal.ts";
import { until } from "../../support/until.ts";
import { allowed } from "../../support/verdicts.ts";

onStage(
  "docker-id run and exec under a terminal",
  (stage) => {
    beforeAll(async () => {
      await stage().engine.importImage("box");
      allowed(await stage().id(["init", "--secret", secret]));
    });

    eachDocker((cli) => {
      let terminal: Terminal;
      // Nobody else on this machine sleeps as long
      const long = 1_000_000 + Math.floor(Math.random() * 1_000_000);
      const asleep = async () => await until("it sleeps", () => livingExactly("sleep", String(long)).length > 0);
      const run = `${command} run --rm --network none`;
      beforeEach(async () => {
        const env = { ...besideEnvironment(stage().env, cli), TERM: "xterm" };
        terminal = await openTerminal(stage().workspace, ["bash", "--norc", "--noprofile", "-i"], env);
        await terminal.line("PS1='[$?]> '; echo begun''");
        await terminal.shows(/^begun\n\[0\]> $/m);
        await terminal.clear();
      });
      afterEach(async () => {
        await terminal.press("C-c");
        await terminal.line("exit");
      });

      it("gives the terminal its size, now and when it changes, and the keys that it is pressed", async () => {
        await terminal.line(`${run} -it box sh`);
        await terminal.shows(/^\/ # $/m);
        // docker 20.10 tells it a moment after the start
        const hasSize = async (size: RegExp) =>
          await until(`the container's terminal has the size ${String(size)}`, async () => {
            await terminal.line("stty size");
            return size.test(await terminal.screen());
          });
        await hasSize(/^30 1\d0$/m);
        await terminal.resize(90, 25);
        await hasSize(/^25 90$/m);
        await terminal.line(`sleep ${long}; echo went on''`);
        await asleep();
        await terminal.press("C-c");
        await terminal.line("exit 7");
        await terminal.shows(/^\[7\]> $/m);
        expect(await terminal.screen()).not.toMatch(/^went on$/m);
      });

      it("lets go of a container with Ctrl-P Ctrl-Q", async () => {
        const name = `kept-${cli.major}`;
        await terminal.line(`${command} run --network none --name ${name} -it box sh`);
        await terminal.shows(/^\/ # $/m);
        await terminal.press("C-p", "C-q");
        await terminal.shows(/\[0\]> $/m);
        await terminal.line(`${command} docker inspect --format 'is {{.State.Status}}' ${name}`);
        await terminal.shows(/^is running$/m);
        await terminal.line(`${command} docker attach ${name}`);
        await terminal.press("Enter");
        await terminal.shows(/# \n\/ # $/m);
        await terminal.line("exit");
        await terminal.shows(/\[0\]> $/m);
      });

      it("hands Ctrl-C to a container without a terminal, and to docker once", async () => {
        const script =
          'n=0; got() { n=$((n+1)); echo "got $n"; }; trap got INT; trap "exit 5" QUIT; echo ready; while :; do sleep 0.05; done';
        await terminal.line(`${run} box sh -c '${script}'`);
        await terminal.shows(/^ready$/m);
        await terminal.press("C-c");
        await terminal.shows(/^(?:\^C)?got 1$/m);
        await terminal.press("C-c");
        await terminal.shows(/^(?:\^C)?got 2$/m);
        expect(await terminal.screen()).not.toContain("got 3");
        await terminal.press("C-\\");
        await terminal.shows(/\[5\]> *$/m);
      });

      it("is stopped by Ctrl-Z and goes on in the fore- and background, as any job does", async () => {
        await terminal.line(`${command} exec -- sh -c 'echo ready; read -r line; echo "read $line"; exit 3'`);
        await terminal.shows(/^ready$/m);
        await terminal.press("C-z");
        await terminal.shows(/Stopped/);
        await terminal.line("jobs");
        await terminal.line("fg");
        // Until the shell has named the job, what is typed is the shell's
        await terminal.shows(/^\[0\]> fg\n\S+ exec -- sh/m);
        await terminal.line("this");
        await terminal.shows(/^read this$/m);
        await terminal.shows(/^\[3\]> $/m);
        await terminal.line(`${command} exec -- sleep ${long}`);
        await asleep();
        await terminal.press("C-c");
        await terminal.shows(/^\[130\]> $/m);
      });
    });
  },
  { also: ["bash", "tmux"] },
);
