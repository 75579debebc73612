import type { ExplainedTouch, Explanation } from "../protocol/explain.ts";
import type { Step } from "./step.ts";

/** How a verdict is set off from the rest. */
export type Paint = (verdict: "allowed" | "refused" | "unknown") => string;

const indent = " ".repeat(9);

/** A request and what would become of it, as lines that a person reads, none longer than `width`. */
export function tellStep(
  { method, target, follows, explanation }: Step,
  paint: Paint,
  width: number,
): readonly string[] {
  const head = `${paint(explanation?.verdict ?? "unknown")}  ${printable(`${method} ${target}`)}`;
  if (explanation === undefined) {
    return [head, ...wrap("follows on what does not exist yet: no verdict", width, indent)];
  }
  const reasons = explanation.reasons.map(({ caveat, why }) =>
    caveat === undefined ? why : `${shorten(caveat)}: ${why}`,
  );
  return [
    head,
    ...wrap(tellAttempt(explanation, follows), width, indent),
    ...reasons.flatMap((reason) => wrap(printable(reason), width, `${indent.slice(2)}- `)),
  ];
}

/** The attempt in words: what it is, whether it reads or writes, and what it touches. */
export function tellAttempt(explanation: Explanation, follows: boolean): string {
  const { action, op, handshake, stream, touches, unread, verdict } = explanation;
  const told = [...new Set(touches.map((touch) => tellTouch(touch, action, follows)))];
  if (handshake) told.push("a handshake");
  if (stream) told.push("goes on until it is ended");
  // A refusal has it among its reasons
  if (unread !== undefined && verdict === "allowed")
    told.push(`is not understood (${unread}), which only the root id may`);
  return printable(`${action} (${op})${told.length === 0 ? "" : `: ${told.join(", ")}`}`);
}

function tellTouch({ kind, id, level, names = [] }: ExplainedTouch, action: string, follows: boolean): string {
  if (kind === "host") return `needs ${kind}:${id}:${level}`;
  if (kind === "guard") return "reaches for the guard itself";
  if (kind === "system") return `${verbs[level] ?? level} the engine's ${id}`;
  if (id === "*") return `${verbs[level] ?? level} every ${kind}`;
  const [name] = names;
  if (id === "+") {
    if (follows && action !== "container.create") return `${verbs[level] ?? level} the new ${kind}`;
    const named = name === undefined ? "" : ` ${name}`;
    return action === "container.rename" ? `names a ${kind}${named}` : `makes ${article(kind)}${named}`;
  }
  const short = id.replace(/^(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/, "$1");
  const shown = name === undefined || name === id || kind === "repository" ? short : `${name} (${short})`;
  return `${verbs[level] ?? level} ${kind} ${shown}`;
}

const verbs: Readonly<Record<string, string>> = {
  read: "reads",
  write: "changes",
  pull: "pulls from",
  push: "gives names in",
  delete: "takes names from",
};

function article(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** A caveat may hold many ids; their beginnings tell them apart, and people write colons. */
function shorten(caveat: string): string {
  return caveat.replaceAll("%3A", ":").replaceAll(/([0-9a-f]{12})[0-9a-f]{52}/g, "$1…");
}

/** Breaks a text into lines that begin with `first`, or as much space. */
function wrap(text: string, width: number, first: string): string[] {
  const lines: string[] = [];
  let line = first;
  const space = " ".repeat(first.length);
  for (const word of text.split(" ")) {
    const fits = line.length + word.length <= width || line.trim() === first.trim();
    if (!fits) {
      lines.push(line.trimEnd());
      line = space;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

/** What a request, or an engine, spells must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(
    /[^\x20-\x7E\u00A0-\uFFFF]|[\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
