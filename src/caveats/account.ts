import { defineCaveat } from "./define.ts";
import { formatList, parseList, readList } from "./list.ts";
import { admitName } from "./name.ts";

/** `account`: the registry user whose rights an id carries; the registry's door knows only users who are there by now. */
export const account = defineCaveat<readonly string[]>({
  name: "account",
  summary: "only while this registry user is there, within its rights, and at no engine",
  values: "registry users",
  example: "alice",
  resource: false,
  handshake: true,
  parse: (text) => parseList(text, admitName),
  format: formatList,
  read: (typed) => readList(typed, admitName),
  refuses(accounts, { circumstances }) {
    if (circumstances.account === undefined) {
      return "this id is for a registry's user, and none is known here";
    }
    return accounts.includes(circumstances.account) ? undefined : "this id is for another registry user";
  },
});
