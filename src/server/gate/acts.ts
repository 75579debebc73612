import type { Decision } from "../../policy/decision.ts";
import type { AuditLine } from "../../protocol/admin.ts";
import type { GateParts } from "../gate.ts";
import { describeError } from "../log.ts";
import { auditLine, type Told } from "./audit-line.ts";

/** Who wishes something of the verifier itself. */
export interface Caller {
  /** The id's text, unverified; undefined when none came. */
  readonly token: string | undefined;
  readonly address?: string;
  /** By what strangers are counted. */
  readonly source: string;
}

/** What is wished, as far as it is known by then. */
export type Act = Pick<Told, "action" | "op"> & Partial<Pick<Told, "touches" | "token" | "remark">>;

/** How what administrators do is written down. */
export interface Acts {
  /** Before it takes effect; throws when it can't be written, and then it must not. */
  readonly writeDown: (act: Act, caller: Caller, administrative: boolean) => void;
  /** Counts the refusal of a caller without a valid id. */
  readonly refuse: (act: Act, why: string, caller: Caller) => void;
  /** The refusal of a caller whose id is valid. */
  readonly forbid: (act: Act, why: string, caller: Caller) => void;
  /** Waits for what was allowed; if it fails, says that too, and fails alike. */
  readonly effect: <T>(act: Act, caller: Caller, work: Promise<T>) => Promise<T>;
}

/** Makes the administrative lines of the audit. */
export function createActs({ audit, clock, log }: Pick<GateParts, "audit" | "clock" | "log">): Acts {
  function lineOf(act: Act, decision: Decision, { address }: Caller): AuditLine {
    return auditLine({ ...act, door: "admin", decision, ...(address === undefined ? {} : { address }) }, clock());
  }
  const refused = (act: Act, why: string, caller: Caller): AuditLine =>
    lineOf(act, { verdict: "refused", reasons: [{ why }] }, caller);

  return {
    writeDown(act, caller, administrative) {
      audit.record(lineOf(act, { verdict: "allowed" }, caller), { administrative });
    },
    refuse(act, why, caller) {
      audit.refusedStranger(caller.source, refused(act, why, caller));
    },
    forbid(act, why, caller) {
      audit.record(refused(act, why, caller));
    },
    async effect(act, caller, work) {
      try {
        return await work;
      } catch (error) {
        try {
          audit.record(refused(act, "it was allowed, and failed", caller), { administrative: true });
        } catch (unwritten) {
          log.error(
            { action: act.action, cause: describeError(unwritten) },
            "that it failed could not be written down",
          );
        }
        throw error;
      }
    },
  };
}
