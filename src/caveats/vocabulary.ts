import { Failure } from "../errors.ts";
import { account } from "./account.ts";
import { action } from "./action.ts";
import { confined } from "./confined.ts";
import { containerId } from "./container-id.ts";
import type { CaveatDefinition } from "./define.ts";
import { expires } from "./expires.ts";
import { forWhom } from "./for.ts";
import { host } from "./host.ts";
import { imageId } from "./image-id.ts";
import { ip } from "./ip.ts";
import { label } from "./label.ts";
import { link } from "./link.ts";
import { notBefore } from "./not-before.ts";
import { op } from "./op.ts";
import { owner } from "./owner.ts";
import { peer } from "./peer.ts";
import { scope } from "./scope.ts";
import { service } from "./service.ts";
import { socket } from "./socket.ts";

/** Every caveat that docker-id knows, by the name that stands in tokens. Look names up with `Object.hasOwn`. */
export const vocabulary = {
  op,
  image_id: imageId,
  container_id: containerId,
  ip,
  expires,
  not_before: notBefore,
  scope,
  action,
  owner,
  label,
  confined,
  host,
  peer,
  socket,
  service,
  account,
  link,
  for: forWhom,
} as const satisfies Readonly<Record<string, CaveatDefinition<unknown>>>;

/** A name of the {@link vocabulary}. */
export type CaveatName = keyof typeof vocabulary;

/** A caveat of a token, read; the value belongs to the definition beside it. */
export interface ReadCaveat {
  readonly name: CaveatName;
  /** As it stands in the token, `name=value`. */
  readonly text: string;
  readonly value: unknown;
  readonly definition: CaveatDefinition<unknown>;
}

/**
 * Reads a caveat as it stands in a token. An unknown name, an unreadable value and any spelling but the canonical one
 * throw Failure("misuse").
 */
export function readCaveat(text: string): ReadCaveat {
  const at = text.indexOf("=");
  if (at < 0) throw new Failure("misuse", "a caveat is not of the form name=value");
  const name = admitCaveatName(text.slice(0, at));
  const definition: CaveatDefinition<unknown> = vocabulary[name];
  const spelled = text.slice(at + 1);
  const value = ofCaveat(name, () => definition.parse(spelled));
  if (definition.format(value) !== spelled) {
    throw new Failure("misuse", `the caveat ${name} is not in its canonical spelling`);
  }
  return { name, text, value, definition };
}

/** The caveat, `name=value` in its canonical spelling, that a person's words make; throws Failure("misuse") otherwise. */
export function writeCaveat(name: string, typed: string, now: Date): string {
  const known = admitCaveatName(name);
  const definition: CaveatDefinition<unknown> = vocabulary[known];
  const spelled = ofCaveat(known, () => definition.format(definition.read(typed, now)));
  return readCaveat(`${known}=${spelled}`).text;
}

function admitCaveatName(name: string): CaveatName {
  if (Object.hasOwn(vocabulary, name)) return name as CaveatName;
  // Whatever a stranger put there must not reach a terminal or the audit as it is
  const shown = /^[A-Za-z0-9_.-]{1,40}$/.test(name) ? `"${name}"` : "with a name that cannot be shown";
  throw new Failure("misuse", `this docker-id knows no caveat ${shown}`, {
    hint: "the caveats are listed in docs/caveats.md; one that is unknown always refuses",
  });
}

function ofCaveat<T>(name: CaveatName, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    throw new Failure(cause.code, `the caveat ${name} cannot be read: ${cause.message}`, { cause });
  }
}
