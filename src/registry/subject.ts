import { ownName } from "./settings-users.ts";

/** Whom a registry's token names, and so whom the registry's own notifications name. */
export interface Subject {
  /** A user; absent: an id that acts as none, or nobody. */
  readonly account?: string;
  /** The last link of the id. */
  readonly link?: string;
}

/** As it stands in a token's `sub`: `alice`, `alice:LINK`, `docker-id:LINK`; empty for nobody. No user's name has a colon. */
export function formatSubject({ account, link }: Subject, isId: boolean): string {
  const who = account ?? (isId ? ownName : "");
  return link === undefined ? who : `${who}:${link}`;
}

/** What {@link formatSubject} wrote. */
export function readSubject(text: string): Subject {
  const colon = text.indexOf(":");
  const who = colon < 0 ? text : text.slice(0, colon);
  return {
    ...(who === "" || who === ownName ? {} : { account: who }),
    ...(colon < 0 ? {} : { link: text.slice(colon + 1) }),
  };
}
