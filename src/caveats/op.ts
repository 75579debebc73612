import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";
import { formatList, parseList, readList } from "./list.ts";
import { looks } from "./touches.ts";

/** `op`: whether an id reads, writes or both. */
export const op = defineCaveat<readonly string[]>({
  name: "op",
  summary: "only read, or only write; docker run needs both",
  values: "`read`, `write`",
  example: "read",
  resource: false,
  handshake: false,
  parse: (text) => parseList(text, admit),
  format: formatList,
  read: (typed) => readList(typed, admit),
  refuses(ops, { attempt }) {
    // An attempt that calls itself a read and yet changes something has to be granted both
    const does = [attempt.op, attempt.touches.every(looks) ? attempt.op : "write"];
    const refused = does.find((one) => !ops.includes(one));
    return refused && `${attempt.action} ${refused}s, and this id may only ${ops.join(" or ")}`;
  },
});

function admit(text: string): string {
  if (text !== "read" && text !== "write") throw new Failure("misuse", "op is read, write, or read,write");
  return text;
}
