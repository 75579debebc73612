import { run } from "./run.ts";
import { until } from "./until.ts";
import type { Workspace } from "./workspace.ts";

/** A terminal with a program in it, and a person before it. */
export interface Terminal {
  /** Types the text, and Enter. */
  line(text: string): Promise<void>;
  /** Types the text alone. */
  type(text: string): Promise<void>;
  /** Presses keys, as tmux names them: `C-c`, `Enter`. */
  press(...keys: readonly string[]): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** All that it has shown, lines that were wrapped put together. */
  screen(): Promise<string>;
  /** Waits until that matches. */
  shows(expected: RegExp, seconds?: number): Promise<string>;
  clear(): Promise<void>;
}

let terminals = 0;

/** Opens one, 160 columns by 30 rows; it ends with the workspace. */
export async function openTerminal(
  workspace: Workspace,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Terminal> {
  terminals += 1;
  const server = ["-S", workspace.path(`tmux-${terminals}`), "-f", "/dev/null"];
  // No command is to start a server of its own
  const client = [...server, "-N"];
  const whole = { HOME: workspace.dir, PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", ...env };
  workspace.start("tmux", [...server, "-D"], { log: workspace.path("tmux.log"), env: whole });
  const tmux = async (...args: string[]) => {
    const outcome = await run("tmux", [...client, ...args], { env: whole });
    if (outcome.status !== 0) throw new Error(`tmux ${args[0]}: ${outcome.stderr}`);
    return outcome.stdout;
  };
  await until(
    "tmux answers",
    async () => (await run("tmux", [...client, "show-options", "-s"], { env: whole })).status === 0,
  );
  const environment = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  await tmux("new-session", "-d", "-x", "160", "-y", "30", ...environment, ...command);
  await tmux("set-option", "-g", "history-limit", "5000");
  await tmux("set-option", "-g", "window-size", "manual");

  const screen = async () => await tmux("capture-pane", "-p", "-J", "-S", "-");
  return {
    screen,
    line: async (text) => {
      await tmux("send-keys", "-l", "--", text);
      await tmux("send-keys", "Enter");
    },
    type: async (text) => {
      await tmux("send-keys", "-l", "--", text);
    },
    press: async (...keys) => {
      await tmux("send-keys", ...keys);
    },
    resize: async (columns, rows) => {
      await tmux("resize-window", "-x", String(columns), "-y", String(rows));
    },
    clear: async () => {
      await tmux("send-keys", "C-l");
      await tmux("clear-history");
    },
    shows: async (expected, seconds = 30) => {
      let last = "";
      try {
        return await until(
          `the terminal shows ${String(expected)}`,
          async () => {
            last = await screen();
            return expected.test(last) ? last : undefined;
          },
          seconds,
        );
      } catch (error) {
        throw new Error(`the terminal never showed ${String(expected)}, but:\n${last.trim()}`, { cause: error });
      }
    },
  };
}
