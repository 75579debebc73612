import { defineCaveat } from "./define.ts";
import { admitName } from "./name.ts";
import { decode, encode } from "./spelling.ts";

/** `for`: whom or what an id was made for, in a person's words. */
export const forWhom = defineCaveat<string>({
  name: "for",
  summary: "refuses nothing; a name for people, shown and audited",
  values: "up to 128 characters",
  example: "the build machine",
  resource: false,
  handshake: false,
  parse: (text) => admitName(decode(text)),
  format: (name) => encode(name),
  // A person's words are taken as they are, percent signs too
  read: (typed) => admitName(typed.trim()),
  refuses: () => undefined,
});
