import { expires } from "../caveats/expires.ts";
import { link, newLink } from "../caveats/link.ts";
import { service } from "../caveats/service.ts";
import type { RegistrySettings } from "../config/settings.ts";
import { attenuate } from "../macaroon/attenuate.ts";
import { parse } from "../macaroon/parse.ts";
import { serialize } from "../macaroon/serialize.ts";

/** Long enough to push for a while: docker asks anew at each command. */
const defaultExpires = "15m";

/** The id narrowed to a registry's service and a short life, with a link of its own; throws Failure("misuse") where it cannot be. */
export function narrowToRegistry(
  id: string,
  settled: RegistrySettings,
  now: Date,
  random: (bytes: number) => Uint8Array,
): string {
  const caveats = [
    `service=${service.format(service.parse(service.format([settled.service])))}`,
    `expires=${expires.format(expires.read(settled.expires ?? defaultExpires, now))}`,
    `link=${link.format(newLink(now, random))}`,
  ];
  return serialize(attenuate(parse(id), caveats));
}

/** Whether a text is an id that was narrowed from another, and so nothing that the other does not give again. */
export function isNarrowedFrom(text: string, id: string): boolean {
  try {
    const [narrow, wide] = [parse(text), parse(id)];
    const added = narrow.caveats.slice(wide.caveats.length);
    return serialize(attenuate(wide, added)) === serialize(narrow);
  } catch {
    return false;
  }
}
