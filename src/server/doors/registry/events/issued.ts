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
}

/** Keeps no more than `most` tokens, the latest ones. */
export function createIssued({ clock, most = 65_536 }: { clock: () => Date; most?: number }): Issued {
  // Both in the order in which tokens were given
  const all = new Set<Kept>();
  const byKey = new Map<string, Set<Kept>>();

  function forget(kept: Kept): void {
    all.delete(kept);
    for (const key of kept.keys) {
      const beside = byKey.get(key);
      beside?.delete(kept);
      if (beside?.size === 0) byKey.delete(key);
    }
  }

  function forgetOld(nowMs: number): void {
    for (const oldest of all) {
      const past = oldest.token.expires.getTime() + rememberedMs < nowMs;
      if (!past && all.size <= most) return;
      forget(oldest);
    }
  }

  return {
    record(token) {
      const nowMs = clock().getTime();
      const names = token.access.filter(({ type, actions }) => type === "repository" && actions.length > 0);
      if (names.length === 0) return;
      const keys = [...new Set(names.map(({ name }) => keyOf(token.subject, name)))];
      const kept: Kept = { token, givenMs: nowMs, keys };
      all.add(kept);
      for (const key of keys) {
        const beside = byKey.get(key) ?? new Set();
        beside.add(kept);
        byKey.set(key, beside);
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

function keyOf(subject: string, repository: string): string {
  return JSON.stringify([subject, repository]);
}
