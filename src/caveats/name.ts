import { Failure } from "../errors.ts";

/** Gives a name back that a person or another system chose; throws Failure("misuse") for what no terminal should see. */
export function admitName(text: string): string {
  if (text === "") throw new Failure("misuse", "a name is empty");
  if (text.length > 128) throw new Failure("misuse", "a name is longer than 128 characters");
  // Controls, and the invisible characters that reorder a line of the audit
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(text)) {
    throw new Failure("misuse", "a name holds a character that cannot be shown");
  }
  return text;
}
