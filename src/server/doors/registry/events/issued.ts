import type { Access } from "../../../../registry/access.ts";
import type { SeenEvent } from "./envelope.ts";

/** A token that the door gave, and by whose id. */
export interface IssuedToken {
  /** As it stands in the token. */
  readonly subject: string;
  readonly service: string;
  readonly access: readonly Access[];
  readonly jti: string;
  readonly links: readonly string[];
  readonly names: readonly string[];
  readonly expires: Date;
}

/** The tokens that the door gave of late: registries name the subject of an event, and not the token. */
export interface Issued {
  record(token: IssuedToken): void;
  /** Those that can have allowed it, oldest first; none where the door was not up when they were given. */
  match(event: SeenEvent): readonly IssuedToken[];
}

/** Registries allow this much after a token's end and before its beginning. */
const leewayMs = 60_000;
/** A registry tells of an event later than it happened, and again when it could not. */
const rememberedMs = 5 * 60_000;

/** What a token has to grant for an action. */
const needed: Readonly<Record<string, string>> = { pull: "pull", push: "push", mount: "push", delete: "delete" };

interface Kept {
  readonly token: IssuedToken;
  readonly givenMs: number;
  readonly keys: readonly string[];
  readonly weight: number;
}

/** How much is remembered: so many characters in all, and so many tokens of one subject for one repository. */
const limits = { characters: 32 * 1024 * 1024, together: 1024 } as const;
/** What a token, and each repository in it, takes beside its characters. */
const overhead = 128;

/** Keeps no more than that, the latest tokens: whoever may have one can ask for any number, as large as they get. */
export function createIssued({
  clock,
  most = limits,
}: {
  clock: () => Date;
  most?: Record<keyof typeof limits, number>;
}): Issued {
  // Both in the order in which tokens were given
  const all = new Set<Kept>();
  const byKey = new Map<string, Set<Kept>>();
  let characters = 0;

  function forget(kept: Kept): void {
    if (all.delete(kept)) characters -= kept.weight;
    for (const key of kept.keys) {
      const beside = byKey.get(key);
      beside?.delete(kept);
      if (beside?.size === 0) byKey.delete(key);
    }
  }

  function forgetOld(nowMs: number): void {
    for (const oldest of all) {
      const past = oldest.token.expires.getTime() + rememberedMs < nowMs;
      if (!past && characters <= most.characters) return;
      forget(oldest);
    }
  }

  return {
    record(token) {
      const nowMs = clock().getTime();
      const access = token.access.filter(({ type, actions }) => type === "repository" && actions.length > 0);
      if (access.length === 0) return;
      const keys = [...new Set(access.map(({ name }) => keyOf(token.subject, name)))];
      const weight = weigh([...keys, ...keys, ...token.links, ...token.names]);
      const kept: Kept = { token: { ...token, access }, givenMs: nowMs, keys, weight };
      all.add(kept);
      characters += weight;
      for (const key of keys) {
        const beside = byKey.get(key) ?? new Set();
        beside.add(kept);
        byKey.set(key, beside);
        // An event is compared with all of them
        const [oldest] = beside;
        if (beside.size > most.together && oldest !== undefined) beside.delete(oldest);
      }
      forgetOld(nowMs);
    },
    match(event) {
      const action = Object.hasOwn(needed, event.action) ? needed[event.action] : undefined;
      if (event.repository === undefined || action === undefined) return [];
      const { repository, fromRepository } = event;
      const timeMs = (event.time ?? clock()).getTime();
      const found = byKey.get(keyOf(event.actor ?? "", repository)) ?? [];
      return [...found]
        .filter(({ token, givenMs }) => {
          const inTime = timeMs >= givenMs - leewayMs && timeMs <= token.expires.getTime() + leewayMs;
          if (!inTime || !grants(token, repository, action)) return false;
          return event.action !== "mount" || fromRepository === undefined || grants(token, fromRepository, "pull");
        })
        .map(({ token }) => token);
    },
  };
}

function grants({ access }: IssuedToken, repository: string, action: string): boolean {
  return access.some(
    ({ type, name, actions }) => type === "repository" && name === repository && actions.includes(action),
  );
}

function weigh(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length + overhead, overhead);
}

function keyOf(subject: string, repository: string): string {
  return JSON.stringify([subject, repository]);
}
