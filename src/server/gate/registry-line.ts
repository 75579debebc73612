import type { Decision, Reason } from "../../policy/decision.ts";
import type { VerifiedToken } from "../../policy/token.ts";
import type { AuditLine } from "../../protocol/admin.ts";
import type { Access } from "../../registry/access.ts";
import { wishesOf } from "../../registry/scopes.ts";
import { auditLine } from "./audit-line.ts";
import type { RegistryAdmission, RegistryAsk, Unknown } from "./registry-types.ts";
import { sayReasons } from "./words.ts";

const registryAct = { door: "registry", action: "registry.token" } as const;
/** A line tells so many reasons; each action may have its own. */
const mostReasons = 32;

/** What is told of an ask once it is decided. */
export interface Told {
  readonly admission: RegistryAdmission;
  readonly token?: VerifiedToken;
  /** What it was refused for as a whole, or what of it was withheld. */
  readonly reasons: readonly Reason[];
}

/** An ask and what became of it, as a line: allowed where anything was granted, or nothing was asked for but a login. */
export function tokenLine(ask: RegistryAsk, { admission, token, reasons }: Told, now: Date): AuditLine {
  const { service, address, jti, holder, requested } = ask;
  const granted = admission.verdict === "granted" ? namesOf(admission.granted) : [];
  const allowed = admission.verdict === "granted" && (granted.length > 0 || requested.length === 0);
  const account = holder.kind === "anonymous" ? undefined : holder.kind === "user" ? holder.name : holder.account;
  return auditLine(
    {
      ...registryAct,
      decision: allowed ? { verdict: "allowed" } : refusal(reasons),
      touches: allowed ? granted : namesOf(requested),
      ...(allowed && reasons.length > 0 && { remark: sayReasons(reasons) }),
      ...(token && { token }),
      ...(address === undefined ? {} : { address }),
      registry: {
        service,
        ...(account === undefined ? {} : { account }),
        ...(jti === undefined || admission.verdict === "refused" ? {} : { jti }),
      },
    },
    now,
  );
}

/** The refusal of somebody without valid credentials, as a line. */
export function unknownLine({ service, account, address, why }: Unknown, now: Date): AuditLine {
  const known = { service, ...(account === undefined ? {} : { account }) };
  const from = address === undefined ? {} : { address };
  return auditLine({ ...registryAct, ...from, decision: refusal([{ why }]), registry: known }, now);
}

/** What was withheld, as reasons of a line. */
export function reasonsOf(withheld: Extract<RegistryAdmission, { verdict: "granted" }>["withheld"]): readonly Reason[] {
  const told = withheld
    .slice(0, mostReasons)
    .map(({ wish, why }) => ({ why: `${wish.type}:${wish.name}:${wish.action} withheld, ${why}` }));
  const more = withheld.length - told.length;
  return more > 0 ? [...told, { why: `and ${more} more withheld` }] : told;
}

function namesOf(access: readonly Access[]): readonly string[] {
  return access.flatMap((one) => wishesOf(one).map((wish) => `${wish.type}:${wish.name}:${wish.action}`));
}

function refusal([first = { why: "nothing was granted" }, ...more]: readonly Reason[]): Decision {
  return { verdict: "refused", reasons: [first, ...more] };
}
