import { defineCaveat } from "./define.ts";
import { admitGlob, matches } from "./glob.ts";
import { formatList, parseList, readList } from "./list.ts";
import { admitName } from "./name.ts";

const admit = (text: string): string => admitGlob(admitName(text));

/** `host`: the engines at which an id may be used. */
export const host = defineCaveat<readonly string[]>({
  name: "host",
  summary: "only at these engines",
  values: "an engine's name or id; a trailing `*` stands for the rest of a name",
  example: "build-*",
  resource: false,
  handshake: true,
  parse: (text) => parseList(text, admit),
  format: formatList,
  read: (typed) => readList(typed, admit),
  refuses(globs, { circumstances }) {
    if (circumstances.engine.some((name) => globs.some((glob) => matches(glob, name)))) return undefined;
    return "this id is for other engines than this one";
  },
});
