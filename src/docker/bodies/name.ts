import { quote } from "../powers/host.ts";
import { Unread } from "../unread.ts";

const names = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;
// Twelve hex digits are what the CLI shows of an id, 25 letters and digits are an id of the swarm
const ids = /^(?:[0-9a-f]{12,}|[0-9a-z]{25})$/i;

/** A name that a request gives to a new thing; throws Unread for one that could be read as the id of another. */
export function readNewName(name: string, kind: string): string {
  if (!names.test(name)) throw new Unread(`${quote(name)} is no name for a ${kind}`);
  if (ids.test(name)) throw new Unread(`the name ${quote(name)} could be read as the id of another ${kind}`);
  return name;
}
