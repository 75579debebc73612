import { defineCaveat } from "./define.ts";
import { formatInstant, instantValues, parseInstant, readInstant } from "./instant.ts";

/** `not_before`: the instant until which an id is refused. */
export const notBefore = defineCaveat<Date>({
  name: "not_before",
  summary: "not until then",
  values: instantValues,
  example: "2030-01-31T12:00:00Z",
  resource: false,
  handshake: true,
  parse: parseInstant,
  format: formatInstant,
  read: readInstant,
  refuses(instant, { circumstances: { now } }) {
    // Written so that an invalid clock refuses
    return now >= instant ? undefined : `this id is not valid before ${formatInstant(instant)}`;
  },
});
