import { Failure } from "../errors.ts";
import { limits } from "./macaroon.ts";

/** Everything that can be wrong with a token before its signature is looked at, in words that never quote it. */
export const faults = {
  empty: "the id is empty",
  tooLong: `an id may not be longer than ${limits.bytes} bytes`,
  tooManyCaveats: `an id may not carry more than ${limits.caveats} caveats`,
  unknownFormat: "the id is in no format that docker-id reads",
  base64: "the id's base64 is damaged, or in another spelling than the one that its format has",
  json: "the id's JSON is damaged, or in another spelling than the one that its format has",
  truncated: "the id ends before its signature does",
  trailing: "the id goes on after its signature",
  field: "a field of the id is missing, repeated, unknown or out of place",
  emptyField: "a field of the id is empty that may not be",
  length: "a length within the id is not spelled as short as it can be, or is longer than any id",
  packet: "a packet of the id does not begin or end as packets do",
  unprintable: "the id holds a character that is not printable ASCII",
  thirdParty: "the id carries a third-party caveat, which docker-id does not read",
  signature: "the id's signature is not 32 bytes long",
  rootKey: "a root key has to be 32 bytes long",
} as const;

/** The failure to throw for one of {@link faults}. */
export function fault(name: keyof typeof faults): Failure {
  return new Failure("misuse", faults[name]);
}
