import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { table } from "../../src/docker/table/table.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

const groups = /^(?:builder|config|container|image|network|node|plugin|secret|service|stack|swarm|system|volume)$/;

interface Row {
  readonly commands: readonly string[];
  readonly actions: readonly string[];
  readonly op: string;
}

const rows: readonly Row[] = read("../../docs/requests.md")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const [, commands = "", asks = "", op = ""] = line.split("|");
    return { commands: spansOf(commands).map(commandOf), actions: spansOf(asks), op: op.trim() };
  });

function spansOf(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);
}

/** `volume ls` of `volume ls --quiet`, `run` of `run -d`. */
function commandOf(line: string): string {
  const [first = "", second = ""] = line.split(" ");
  return groups.test(first) ? `${first} ${second}` : first;
}

/** What each action is in truth. */
function opsOf(action: string): readonly string[] {
  return Object.values(table).flatMap((row) => {
    if (typeof row.action === "string" && row.action !== action) return [];
    if (typeof row.action !== "string" && !/^image\.(?:pull|import)$/.test(action)) return [];
    return typeof row.op === "string" ? [row.op] : ["read", "write"];
  });
}

describe("docs/requests.md", () => {
  it("names actions of the table, and says what they are", () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const { commands, actions, op } of rows) {
      for (const action of actions) expect(opsOf(action), `${commands.join()}: ${action}`).not.toEqual([]);
      const ops = new Set(actions.flatMap(opsOf));
      if (op === "read" || op === "write") expect([...ops], commands.join()).toContain(op);
      if (op === "both") expect([...ops].toSorted(), commands.join()).toEqual(["read", "write"]);
    }
  });

  it("has each command that was recorded, with all that it was seen to ask", () => {
    const missing = read("recorded.tsv")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split("\t"))
      .filter(([, command = "", , , , reads = ""]) => {
        const [action = ""] = reads.split(" ");
        const known = rows.filter(({ commands }) => commands.includes(commandOf(command)));
        return !/^system\.(?:ping|version)$/.test(action) && !known.some(({ actions }) => actions.includes(action));
      })
      .map(([, command, , , , reads = ""]) => `${command}: ${reads.split(" ")[0]}`);
    expect(missing).toEqual([]);
  });
});
