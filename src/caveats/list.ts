import { Failure } from "../errors.ts";
import { decode, decodeTyped, encode } from "./spelling.ts";

/** Gives the alternative, checked, or throws Failure("misuse") with a sentence. */
type Admit = (alternative: string) => string;

/** Reads the alternatives of a token's value: at least one, none twice, each in its canonical spelling. */
export function parseList(text: string, admit: Admit): readonly string[] {
  return distinct(text.split(",").map((spelled) => admit(decode(spelled))));
}

/** Spells alternatives as {@link parseList} reads them. */
export function formatList(alternatives: readonly string[]): string {
  return alternatives.map((alternative) => encode(alternative)).join(",");
}

/** Reads alternatives as a person types them, `read, write`; one that is named twice counts once. */
export function readList(typed: string, admit: Admit): readonly string[] {
  return [...new Set(splitTyped(typed).map((part) => admit(decodeTyped(part))))];
}

/** The parts between commas, without the spaces around them. */
export function splitTyped(typed: string): readonly string[] {
  return typed.split(",").map((part) => part.trim());
}

/** Gives the alternatives back, or throws Failure("misuse") when one stands twice. */
export function distinct(alternatives: readonly string[]): readonly string[] {
  if (new Set(alternatives).size !== alternatives.length) {
    throw new Failure("misuse", "a caveat names one alternative twice");
  }
  return alternatives;
}
