import { readCaveat } from "./caveats/vocabulary.ts";
import { parseIdentifier } from "./macaroon/identifier.ts";
import type { Macaroon } from "./macaroon/macaroon.ts";

/** What an id says of itself; nothing in it has been verified. */
export interface UnverifiedDescription {
  /** The key that it says it grew from; absent when it is not one of ours. */
  readonly kid?: string;
  /** Its only caveats are `link` and `for`. */
  readonly root: boolean;
  readonly links: readonly string[];
  readonly names: readonly string[];
  /** RFC 3339: the earliest of its `expires`. */
  readonly expires?: string;
  /** As they stand in it, each with whether this docker-id understands it: one that is not understood refuses. */
  readonly caveats: readonly { readonly text: string; readonly understood: boolean }[];
}

/** Reads an id's layers without a key. */
export function describeId(macaroon: Macaroon): UnverifiedDescription {
  const kid = parseIdentifier(macaroon.identifier)?.kid;
  const read = macaroon.caveats.map((text) => {
    try {
      return { text, caveat: readCaveat(text) };
    } catch {
      return { text, caveat: undefined };
    }
  });
  const values = (name: string) =>
    read.filter(({ caveat }) => caveat?.name === name).map(({ caveat }) => caveat?.value);
  const [expires] = (values("expires") as Date[]).toSorted((one, other) => one.getTime() - other.getTime());
  return {
    ...(kid === undefined ? {} : { kid }),
    root: read.every(({ caveat }) => caveat?.name === "link" || caveat?.name === "for"),
    links: values("link") as string[],
    names: values("for") as string[],
    ...(expires === undefined ? {} : { expires: expires.toISOString() }),
    caveats: read.map(({ text, caveat }) => ({ text, understood: caveat !== undefined })),
  };
}
