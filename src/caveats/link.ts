import { Failure } from "../errors.ts";
import { defineCaveat } from "./define.ts";

/** `link`: the random name that every `create` adds last. */
export const link = defineCaveat<string>({
  name: "link",
  summary: "refuses nothing; the random name by which an id is listed, audited and revoked",
  values: "UNIXTIME.RANDOM: seconds, and 24 hex digits; made by `create`, never chosen",
  example: "1893456000.0123456789abcdef01234567",
  resource: false,
  handshake: false,
  parse: admitLink,
  format: (value) => value,
  read: admitLink,
  refuses: () => undefined,
});

/** A fresh link, of 96 random bits; `random` gives so many random bytes. */
export function newLink(now: Date, random: (bytes: number) => Uint8Array): string {
  return admitLink(`${Math.floor(now.getTime() / 1000)}.${Buffer.from(random(12)).toString("hex")}`);
}

/** Gives a link back; throws Failure("misuse") when it is none. */
export function admitLink(text: string): string {
  if (!/^(?:0|[1-9]\d{0,11})\.[0-9a-f]{24}$/.test(text)) {
    throw new Failure("misuse", "a link is a time in seconds, a full stop and 24 lower-case hex digits");
  }
  return text;
}
