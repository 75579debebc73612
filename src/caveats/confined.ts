import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";

/** `confined`: no power over the host, whatever a scope grants. */
export const confined = defineCaveat<true>({
  name: "confined",
  summary: "no power over the host, whatever a scope grants",
  values: "`true`",
  example: "true",
  resource: false,
  handshake: false,
  parse: admit,
  format: () => "true",
  read: admit,
  refuses(_, { attempt }) {
    const reaches = attempt.touches.some(({ kind }) => kind === "host");
    return reaches ? "the request asks for a power over the host, and this id is confined" : undefined;
  },
});

function admit(text: string): true {
  if (text !== "true") throw new Failure("misuse", "confined is true or is left out");
  return true;
}
