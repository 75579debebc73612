import type { Finding } from "./finding.ts";

/** Findings as lines for a person, each with what to do below it, and last whether all is well. */
export function formatFindings(
  findings: readonly Finding[],
  paint: Readonly<Record<Finding["verdict"], (text: string) => string>>,
): readonly string[] {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.flatMap(({ about, verdict, said, advice }) => [
    `${paint[verdict](verdict.padEnd(4))}  ${about.padEnd(width)}  ${said}`,
    ...(advice === undefined ? [] : [`${" ".repeat(width + 8)}→ ${advice}`]),
  ]);
  return [...lines, isWell(findings) ? "nothing is wrong" : "something is wrong"];
}

/** Nothing is bad. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== "bad");
}
