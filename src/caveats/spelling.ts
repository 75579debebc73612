import { Failure } from "../errors.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const escape = /%([0-9A-F]{2})/g;
const plain = /^[!-$&-+\--9;-~]*$/;

/**
 * Spells a text in printable ASCII: a comma, a colon, a percent sign, a space and every byte of UTF-8 outside of it
 * become `%XX`, upper-case. Characters in `kept` stay. Throws Failure("misuse") for a lone surrogate.
 */
export function encode(text: string, kept = ""): string {
  if (plain.test(text)) return text;
  if (!text.isWellFormed()) throw new Failure("misuse", "a caveat's value is no well-formed text");
  let spelled = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const character = String.fromCharCode(byte);
    const stays = kept.includes(character) || plain.test(character);
    spelled += stays ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return spelled;
}

/** What {@link encode} spelled so; throws Failure("misuse") for any other spelling of the same. */
export function decode(spelled: string, kept = ""): string {
  if (plain.test(spelled)) return spelled;
  const text = decodeLoosely(spelled);
  if (encode(text, kept) !== spelled) throw new Failure("misuse", "a caveat's value is not in its canonical spelling");
  return text;
}

/** Reads a text as a person types it, in which characters that need no escape may have one, and the other way round. */
export function decodeTyped(typed: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(typed)) throw new Failure("misuse", `a percent sign is written %25, as in 100%25`);
  return decodeLoosely(typed.replaceAll(/%[0-9A-Fa-f]{2}/g, (escaped) => escaped.toUpperCase()));
}

function decodeLoosely(spelled: string): string {
  if (!spelled.isWellFormed()) throw new Failure("misuse", "a caveat's value is no well-formed text");
  const bytes: Buffer[] = [];
  let from = 0;
  for (const match of spelled.matchAll(escape)) {
    bytes.push(Buffer.from(spelled.slice(from, match.index)), Buffer.from(match[1] as string, "hex"));
    from = match.index + 3;
  }
  bytes.push(Buffer.from(spelled.slice(from)));
  try {
    return decoder.decode(Buffer.concat(bytes));
  } catch {
    throw new Failure("misuse", "a caveat's value is no UTF-8");
  }
}
