import type { Attempt, Unreadable } from "../../docker/attempt.ts";
import type { Decision } from "../../policy/decision.ts";
import type { VerifiedToken } from "../../policy/token.ts";
import type { AuditLine } from "../../protocol/admin.ts";
import { sayReasons } from "./words.ts";

/** What is told of a decision before it has been written down. */
export interface Told {
  readonly door: string;
  readonly action: string;
  readonly op?: "read" | "write";
  readonly attempt?: Attempt | Unreadable;
  readonly touches?: readonly string[];
  readonly token?: VerifiedToken;
  readonly address?: string;
  readonly decision: Decision;
  /** What is worth a word beside the reasons of a refusal. */
  readonly remark?: string;
}

const MOST_TOUCHES = 64;
const MOST_REASONS = 16;
const LONGEST_TEXT = 512;

/** A decision as its line; what a client could make long is cut. */
export function auditLine(told: Told, now: Date): AuditLine {
  const { attempt, token, decision } = told;
  const seen = attempt === undefined || "unreadable" in attempt ? undefined : attempt;
  const op = seen?.op ?? told.op;
  const touched = told.touches ?? seen?.touches.map(({ kind, id, level }) => `${kind}:${id}:${level}`);
  const reasons = decision.verdict === "refused" ? decision.reasons.map((reason) => sayReasons([reason])) : [];
  if (told.remark !== undefined) reasons.push(told.remark);
  const touches = cut(touched, MOST_TOUCHES);
  const links = cut(token?.links, MOST_TOUCHES);
  const names = cut(token?.names, MOST_TOUCHES);
  const why = cut(reasons, MOST_REASONS);
  return {
    time: now.toISOString(),
    door: told.door,
    action: short(told.action),
    verdict: decision.verdict,
    ...(op === undefined ? {} : { op }),
    ...(touches && { touches }),
    ...(links && { links }),
    ...(names && { names }),
    ...(token === undefined ? {} : { root: token.root }),
    ...(told.address === undefined ? {} : { address: short(told.address) }),
    ...(why && { reasons: why }),
  };
}

/** Undefined where there is nothing to tell. */
function cut(texts: readonly string[] | undefined, most: number): readonly string[] | undefined {
  if (texts === undefined || texts.length === 0) return undefined;
  const kept = texts.slice(0, most).map(short);
  return texts.length > most ? [...kept, `… and ${texts.length - most} more`] : kept;
}

function short(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
