import type { Attempt, Circumstances } from "../docker/attempt.ts";
import { decide } from "../policy/decide.ts";
import type { Reason } from "../policy/decision.ts";
import type { VerifiedToken } from "../policy/token.ts";
import type { Access, Rights, Wish } from "./access.ts";
import { attemptOf, type Registry } from "./attempt-of.ts";
import { wishesOf } from "./scopes.ts";

/** By what wishes are judged. Both halves must agree; where neither is there, nothing is granted. */
export interface Standing {
  /** Caveats, and where they are asked. */
  readonly token?: VerifiedToken;
  readonly circumstances?: Circumstances;
  /** Rules; absent for an id that acts as no user. */
  readonly rights?: Rights;
}

/** What becomes of one wish; `why` are sentences without a final stop. */
export interface JudgedWish {
  readonly wish: Wish;
  readonly granted: boolean;
  readonly why: readonly string[];
}

/** What is granted, in the order and with the resources that were asked for, and what is not. */
export interface Judgement {
  /** Never more than was asked for; may hold empty actions. */
  readonly granted: Access[];
  readonly withheld: readonly { readonly wish: Wish; readonly why: string }[];
}

/** Judges each action on each resource on its own: what one of them is refused takes nothing from the others. */
export function judge(requested: readonly Access[], registry: Registry, standing: Standing): Judgement {
  const granted: Access[] = [];
  const withheld: { wish: Wish; why: string }[] = [];
  for (const access of requested) {
    const actions: string[] = [];
    for (const wish of wishesOf(access)) {
      const judged = judgeWish(wish, registry, standing);
      if (judged.granted) actions.push(wish.action);
      else withheld.push({ wish, why: judged.why.join("; ") });
    }
    granted.push({ type: access.type, name: access.name, actions });
  }
  return { granted, withheld };
}

/** Judges one wish, and tells all that speaks against it, or who grants it. */
export function judgeWish(wish: Wish, registry: Registry, { token, circumstances, rights }: Standing): JudgedWish {
  const attempt = attemptOf(wish, registry);
  if (attempt === undefined) {
    return { wish, granted: false, why: [`docker-id knows no ${wish.action} of a ${wish.type} of that name`] };
  }
  const reasons = token === undefined ? [] : refusals(token, attempt, circumstances);
  const ruling = rights?.(wish);
  if (token === undefined && ruling === undefined) return { wish, granted: false, why: ["there are no credentials"] };
  const against = [...reasons.map(sayReason), ...(ruling?.granted === false ? [ruling.why] : [])];
  if (against.length > 0) return { wish, granted: false, why: against };
  const caveats = token === undefined ? [] : [token.root ? "the id is a root id" : "no caveat of the id refuses it"];
  return { wish, granted: true, why: [...caveats, ...(ruling === undefined ? [] : [ruling.why])] };
}

/**
 * Why an id is none here at all, whatever is asked for: its time, address, engine, service, account or the like. Whom
 * these refuse gets no token, not even one that grants nothing.
 */
export function refusesAltogether(token: VerifiedToken, circumstances: Circumstances): readonly Reason[] {
  const handshake: Attempt = { action: "registry.token", op: "read", handshake: true, stream: false, touches: [] };
  const decision = decide(token, handshake, circumstances);
  return decision.verdict === "refused" ? decision.reasons : [];
}

function refusals(token: VerifiedToken, attempt: Attempt, circumstances: Circumstances | undefined): readonly Reason[] {
  if (circumstances === undefined) return [{ why: "it is not known where the id is used" }];
  const decision = decide(token, attempt, circumstances);
  return decision.verdict === "refused" ? decision.reasons : [];
}

function sayReason({ caveat, why }: Reason): string {
  return caveat === undefined ? why : `${caveat}: ${why}`;
}
