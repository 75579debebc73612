import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";
import { formatInstant, instantValues, parseInstant, readInstant } from "./instant.ts";

/** `expires`: the instant from which on an id is refused. */
export const expires = defineCaveat<Date>({
  name: "expires",
  summary: "only until then",
  values: instantValues,
  example: "24h",
  resource: false,
  handshake: true,
  parse: parseInstant,
  format: formatInstant,
  read(typed, now) {
    const instant = readInstant(typed, now);
    if (!(instant > now)) throw new Failure("misuse", "an id cannot expire at a time that has passed");
    return instant;
  },
  refuses(instant, { circumstances: { now } }) {
    // Written so that an invalid clock refuses
    return now < instant ? undefined : `this id expired at ${formatInstant(instant)}`;
  },
});
