import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";

/** `socket`: the docker-id socket that an id is bound to, with those below it. */
export const socket = defineCaveat<string>({
  name: "socket",
  summary: "only through this docker-id socket and those below it",
  values: "a socket's path below the verifier's own folder, as the verifier made it",
  example: "5d3a/91fe",
  resource: false,
  handshake: true,
  parse: admit,
  format: (path) => path,
  read: admit,
  refuses(path, { circumstances }) {
    const through = circumstances.socket;
    if (through === undefined) return "this id is bound to a docker-id socket, and the request came another way";
    if (isPath(through) && (through === path || through.startsWith(`${path}/`))) return undefined;
    return "this id is bound to another docker-id socket";
  },
});

function admit(text: string): string {
  if (isPath(text)) return text;
  throw new Failure("misuse", "a socket is written as names of letters, digits, - and _ with slashes between them");
}

// No full stop: a path with dot segments could be below another and not lie there
function isPath(text: string): boolean {
  return /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/.test(text);
}
