import { Failure } from "../errors.ts";

/** A part of a pattern: text, a wildcard, or a variable with the values that it may stand for. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "one" }
  | { readonly kind: "many"; readonly slashes: boolean }
  | { readonly kind: "variable"; readonly name: string };

/** The values of variables; none where a variable has no value, and then nothing matches. */
export type Values = (name: string) => readonly string[];

const parts = /\$\{([^{}]*)\}|\*{2,}|\*|\?/g;
const variable = /^(?:account|service|type|name|labels:.+)$/;

/**
 * Reads a pattern: `*` is any text without a slash, `**` with slashes too, `?` one character but a slash, and variables
 * are `${account}`, `${service}`, `${type}`, `${name}` and `${labels:KEY}`. Throws Failure("misuse") for any other
 * variable: a rule that withholds and is misspelt would withhold nothing.
 */
export function readPattern(pattern: string): readonly Part[] {
  const read: Part[] = [];
  let from = 0;
  for (const match of pattern.matchAll(parts)) {
    if (match.index > from) read.push(readText(pattern.slice(from, match.index)));
    const [found, name] = match;
    if (name !== undefined && !variable.test(name)) throw unknown();
    if (name !== undefined) read.push({ kind: "variable", name });
    else if (found === "?") read.push({ kind: "one" });
    else read.push({ kind: "many", slashes: found !== "*" });
    from = match.index + found.length;
  }
  if (from < pattern.length) read.push(readText(pattern.slice(from)));
  return read;
}

function readText(text: string): Part {
  if (text.includes("${")) throw unknown();
  return { kind: "text", text };
}

function unknown(): Failure {
  return new Failure("misuse", "a rule's variables are ${account}, ${service}, ${type}, ${name} and ${labels:KEY}");
}

/**
 * Whether a text matches a pattern as a whole. What a variable stands for is taken as it is, whatever characters it
 * holds, and an empty value stands for nothing: whoever has no name must not match what is everybody's. The time taken
 * grows with the product of both lengths and no further.
 */
export function matchesPattern(pattern: readonly Part[], text: string, values: Values): boolean {
  let reached: ReadonlySet<number> = new Set([0]);
  for (const part of pattern) {
    reached = advance(part, text, reached, values);
    if (reached.size === 0) return false;
  }
  return reached.has(text.length);
}

/** Where in the text a match can stand after one more part of the pattern. */
function advance(part: Part, text: string, from: ReadonlySet<number>, values: Values): ReadonlySet<number> {
  if (part.kind === "many") return advanceMany(text, from, part.slashes);
  const to = new Set<number>();
  const literals = part.kind === "text" ? [part.text] : part.kind === "variable" ? values(part.name) : [];
  for (const at of from) {
    if (part.kind === "one" && at < text.length && text[at] !== "/") to.add(at + 1);
    for (const literal of literals) if (literal !== "" && text.startsWith(literal, at)) to.add(at + literal.length);
  }
  return to;
}

function advanceMany(text: string, from: ReadonlySet<number>, slashes: boolean): ReadonlySet<number> {
  const to = new Set<number>();
  let open = false;
  for (let at = 0; at <= text.length; at++) {
    if (!slashes && at > 0 && text[at - 1] === "/") open = false;
    open ||= from.has(at);
    if (open) to.add(at);
  }
  return to;
}
