import { readdirSync } from "node:fs";
import type { Row } from "./macaroon.ts";

/** A measure is a file of this folder that exports `run`; these two are none. */
const tools = new Set(["run.ts", "spawned.ts"]);
/** The machine first, what starts processes and engines last. */
const order = ["machine.ts", "macaroon.ts", "requests.ts", "authz.ts", "startup.ts", "docker.ts"];

interface Measured {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Runs the measures whose names were given, or all of them, and prints one table. */
async function measureAll(wanted: readonly string[]): Promise<boolean> {
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".ts") && !tools.has(name))
    .filter((name) => wanted.length === 0 || wanted.includes(name.replace(".ts", "")))
    .toSorted((one, other) => rank(one) - rank(other) || one.localeCompare(other));
  const measured: Measured[] = [];
  for (const file of files) {
    process.stderr.write(`measuring ${file.replace(".ts", "")} …\n`);
    const module = (await import(`./${file}`)) as { run(): Promise<readonly Row[]> };
    measured.push({ title: file.replace(".ts", ""), rows: await module.run() });
  }
  print(measured);
  return measured.every(({ rows }) => rows.every((row) => !isMissed(row)));
}

function rank(file: string): number {
  const at = order.indexOf(file);
  return at === -1 ? order.length : at;
}

function isMissed({ value, aim, least }: Row): boolean {
  if (typeof value !== "number") return false;
  return (aim !== undefined && !(value <= aim)) || (least !== undefined && !(value >= least));
}

function print(measured: readonly Measured[]): void {
  const lines = measured.flatMap(({ title, rows }) => [[`# ${title}`], ...rows.map(cells)]);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...lines.map((line) => (line.length > 1 ? (line[column] ?? "").length : 0))),
  );
  for (const line of lines) {
    const [name = "", value = "", unit = "", verdict = ""] = line;
    if (line.length === 1) process.stdout.write(`\n${name}\n`);
    else {
      const columns = [
        name.padEnd(widths[0] ?? 0),
        value.padStart(widths[1] ?? 0),
        unit.padEnd(widths[2] ?? 0),
        verdict,
      ];
      process.stdout.write(`${columns.join("  ").trimEnd()}\n`);
    }
  }
}

function cells(row: Row): string[] {
  const { name, value, unit, aim, least } = row;
  const aims = [...(aim === undefined ? [] : [`≤ ${aim}`]), ...(least === undefined ? [] : [`≥ ${least}`])];
  const verdict = aims.length === 0 ? "" : `aim ${aims.join(", ")} ${unit}${isMissed(row) ? "  MISSED" : ""}`;
  return [name, typeof value === "number" ? round(value) : value, unit, verdict];
}

/** Three digits that mean something. */
function round(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

await measureAll(process.argv.slice(2));
