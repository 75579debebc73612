import { defineCaveat } from "./define.ts";
import { distinct, splitTyped } from "./list.ts";
import { covers, formatScope, parseScope, readScope, type Scope } from "./scopes.ts";
import { describe } from "./touches.ts";

/** `scope`: what an id may touch, and how far; the only caveat that lets a restricted id have a power over the host. */
export const scope = defineCaveat<readonly Scope[]>({
  name: "scope",
  summary: "only what one of these scopes covers",
  values: "`kind:id:level` or `kind:level`",
  example: "container:web-*:write,image:read",
  resource: true,
  handshake: false,
  parse: (text) => distinct(text.split(",")).map(parseScope),
  format: (scopes) => scopes.map(formatScope).join(","),
  read(typed) {
    const scopes = splitTyped(typed).map(readScope);
    return [...new Map(scopes.map((one) => [formatScope(one), one])).values()];
  },
  grants: (scopes, touch, { circumstances }) => covers(scopes, touch, circumstances.ownership),
  refuses(scopes, { attempt, circumstances }) {
    const refused = attempt.touches.find((touch) => !covers(scopes, touch, circumstances.ownership));
    return refused === undefined ? undefined : `the request ${describe(refused)}, which no scope of this id covers`;
  },
});
