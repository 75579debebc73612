import type { Attempt, Unreadable } from "../../docker/attempt.ts";
import type { Decision } from "../../policy/decision.ts";
import type { VerifiedToken } from "../../policy/token.ts";
import type { AuditLine } from "../../protocol/admin.ts";
import { sayReason } from "./words.ts";

/** What is told of a decision before it has been written down. */
export interface Told {
  readonly door: string;
  readonly action: string;
  readonly op?: "read" | "write";
  readonly attempt?: Attempt | Unreadable;
  readonly touches?: readonly string[];
  readonly token?: VerifiedToken;
  readonly address?: string;
  /** At the registry's door. */
  readonly registry?: Pick<AuditLine, "service" | "account" | "jti">;
  readonly decision: Decision;
  /** What is worth a word beside the reasons of a refusal. */
  readonly remark?: string;
}

/** A decision as its line; the audit itself bounds what a client could make long. */
export function auditLine(told: Told, now: Date): AuditLine {
  const { attempt, token, decision } = told;
  const seen = attempt === undefined || "unreadable" in attempt ? undefined : attempt;
  const op = seen?.op ?? told.op;
  const touches = told.touches ?? seen?.touches.map(({ kind, id, level }) => `${kind}:${id}:${level}`) ?? [];
  const reasons = decision.verdict === "refused" ? decision.reasons.map(sayReason) : [];
  if (told.remark !== undefined) reasons.push(told.remark);
  return {
    time: now.toISOString(),
    door: told.door,
    action: told.action,
    verdict: decision.verdict,
    ...(op === undefined ? {} : { op }),
    ...(touches.length === 0 ? {} : { touches }),
    ...(token === undefined ? {} : { links: token.links, names: token.names, root: token.root }),
    ...(told.address === undefined ? {} : { address: told.address }),
    ...told.registry,
    ...(reasons.length === 0 ? {} : { reasons }),
  };
}
