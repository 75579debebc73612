import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { quoteWords } from "../../../src/shell/quote.ts";
import { newestDocker } from "../../support/dockers.ts";
import { node } from "../../support/node.ts";
import { openTerminal, type Terminal } from "../../support/terminal.ts";
import { until } from "../../support/until.ts";
import { entry } from "../../support/verifier.ts";
import type { Workspace } from "../../support/workspace.ts";

const shells = {
  bash: { start: ["bash", "--norc", "--noprofile", "-i"], prompt: "PS1='[$?]> '", begin: "" },
  zsh: {
    start: ["zsh", "-f", "-i"],
    prompt: "PROMPT='[%?]> ' PROMPT_EOL_MARK=",
    begin: "autoload -U compinit; compinit -D -u; ",
  },
} as const;

export type InteractiveShell = keyof typeof shells;

/** Where a person sits down: the workspace has an id in `id.txt`. */
export interface Place {
  readonly workspace: Workspace;
  readonly env: Readonly<Record<string, string>>;
}

/** A person at a terminal with a shell whose docker is ours; another terminal for each test. */
export interface Seat {
  terminal(): Terminal;
  /** The id that is `$ID` there. */
  token(): string;
  /** Waits until the shell asks for the next line, behind that text; its prompt says the status. */
  back(behind: string, status: number | string): Promise<void>;
}

/** How the tests of a session start a container. */
export const dockerRun = "docker run --network none --stop-signal KILL";

/** Sits a person down before each test of this suite. */
export function takeSeat(shell: InteractiveShell, place: () => Place): Seat {
  let terminal: Terminal;
  let token: string;
  beforeEach(async () => {
    const { workspace, env } = place();
    const { start, prompt, begin } = shells[shell];
    const folder = newestDocker().path.replace(/\/docker$/, "");
    const path = `${folder}:${process.env["PATH"]}`;
    terminal = await openTerminal(workspace, start, {
      ...env,
      PATH: path,
      TERM: "xterm",
      XDG_RUNTIME_DIR: workspace.dir,
    });
    const file = workspace.path("id.txt");
    token = readFileSync(file, "utf8");
    const initialize = `eval "$(${quoteWords("bash", [node, entry])} shell-init)"`;
    await terminal.line(`${prompt}; ${begin}${initialize}; ID=$(cat ${file}); echo begun''`);
    await terminal.shows(/^begun\n\[0\]> \n*$/m);
    await terminal.clear();
  });
  afterEach(async () => {
    await terminal.press("C-c");
    await terminal.line("exit");
  });
  return {
    terminal: () => terminal,
    token: () => token,
    back: async (behind, status) => {
      await terminal.shows(new RegExp(`${escape(behind)}[^]*\\[${status}\\]> \\n*$`));
    },
  };
}

/** What must hold of every engine, however it is reached. */
export function playBasics(seat: Seat): void {
  it("runs as the proposal wrote it, with a terminal that is the program's", async () => {
    await seat.terminal().line(`${dockerRun} --rm -i --id "$ID" -t box sh`);
    await seat.terminal().shows(/^\/ # $/m);
    await seat.terminal().line("echo $((40+2))");
    await seat.terminal().shows(/^42$/m);
    // docker tells the engine of its terminal's size once the program runs
    const has = (size: string) =>
      until(`the program's terminal is ${size}`, async () => {
        await seat.terminal().line("stty size");
        return new RegExp(`^${size}$`, "m").test(await seat.terminal().screen());
      });
    await has("30 160");
    await seat.terminal().resize(90, 25);
    await has("25 90");
    await seat.terminal().line("echo asleep''; sleep 1000; echo went on''");
    await seat.terminal().shows(/^asleep$/m);
    await until("the program's shell is back", async () => {
      await seat.terminal().press("C-c");
      return (await seat.terminal().screen()).trimEnd().endsWith("/ #");
    });
    await seat.terminal().line("exit 7");
    await seat.back("exit 7", 7);
    expect(await seat.terminal().screen()).not.toMatch(/^went on$/m);
  });

  it("lets go with Ctrl-P Ctrl-Q, and takes hold again", async () => {
    await seat.terminal().line(`${dockerRun} --name kept --id "$ID" -it box sh`);
    await seat.terminal().shows(/^\/ # $/m);
    await seat.terminal().press("C-p", "C-q");
    await seat.back("box sh", 0);
    await seat.terminal().line(`docker ps --id "$ID" --format 'is {{.Names}}'`);
    await seat.terminal().shows(/^is kept$/m);
    await seat.terminal().line('docker attach --id "$ID" kept');
    await seat.terminal().press("Enter");
    await seat.terminal().shows(/# \n\/ # $/m);
    await seat.terminal().line("exit 3");
    await seat.back("exit 3", 3);
    await seat.terminal().line('docker rm --id "$ID" kept');
    await seat.back('"$ID" kept\nkept\n', 0);
  });

  it("gives docker's status", async () => {
    for (const [status, rest] of [
      [0, "box true"],
      [1, "box false"],
      [125, "--frobnicate box true"],
      [126, "box /etc"],
      [127, "box /not/there"],
      [137, "box sh -c 'sleep 1000 & kill -KILL $!; wait $!'"],
    ] as const) {
      await seat.terminal().line(`${dockerRun} --rm --id "$ID" ${rest}`);
      await seat.back(rest, status);
      // What follows is as it was before
      await seat.terminal().line("echo $?:$-");
      await seat.terminal().shows(new RegExp(`^${status}:`, "m"));
      await seat.terminal().clear();
    }
  });
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
