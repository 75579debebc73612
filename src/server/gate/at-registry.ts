import type { Circumstances } from "../../docker/attempt.ts";
import type { VerifiedToken } from "../../policy/token.ts";
import type { AuditLine } from "../../protocol/admin.ts";
import type { Rights } from "../../registry/access.ts";
import { judge, refusesAltogether } from "../../registry/judge.ts";
import { formatSubject } from "../../registry/subject.ts";
import { engineNames, type GateParts } from "../gate.ts";
import { describeError } from "../log.ts";
import { createAnonymousLines } from "./anonymous-lines.ts";
import { eventLine } from "./event-line.ts";
import { createIdentify, type IdentifyParts } from "./registry-identify.ts";
import { reasonsOf, tokenLine, unknownLine, type Told } from "./registry-line.ts";
import type { Holder, RegistryAdmission, RegistryAsk, RegistryGate } from "./registry-types.ts";
import { sayReasons, words } from "./words.ts";

export type * from "./registry-types.ts";

type RegistryGateParts = IdentifyParts & Pick<GateParts, "audit" | "engine" | "clock" | "metrics">;

interface Judged extends Told {
  /** Nobody valid: counted, so that it can't fill the disk. */
  readonly stranger: boolean;
}

/** Makes the gate's part at the registry's door. */
export function createRegistryGate(parts: RegistryGateParts): RegistryGate {
  const { audit, engine, clock, log, metrics } = parts;
  const identify = createIdentify(parts);
  const recordAnonymous = createAnonymousLines(parts);

  async function judgeAsk(ask: RegistryAsk): Promise<Judged> {
    const { holder } = ask;
    if (holder.kind === "anonymous" || holder.kind === "user") return judgeRights(ask, holder);
    const found = await identify(holder.text, holder.kind === "refresh" ? holder.key : undefined);
    if ("token" in found) return judgeToken(ask, holder, found.token);
    const { denied, unavailable, known } = found;
    return { ...refused(denied, unavailable ? "unavailable" : "unauthorized"), ...(known && { token: known }) };
  }

  function judgeToken(ask: RegistryAsk, holder: Extract<Holder, { text: string }>, token: VerifiedToken): Judged {
    const circumstances = circumstancesOf(ask, holder.account);
    const refusing = refusesAltogether(token, circumstances);
    if (refusing.length > 0) {
      const { admission } = refused(sayReasons(refusing), "unauthorized");
      return { admission, token, reasons: refusing, stranger: false };
    }
    const rights = rightsOfHolder(holder);
    const judgement = judge(ask.requested, ask, { token, circumstances, ...(rights && { rights }) });
    const link = holder.kind === "id" ? token.links.at(-1) : undefined;
    const named = {
      ...(holder.account === undefined ? {} : { account: holder.account }),
      ...(link === undefined ? {} : { link }),
    };
    const admission: RegistryAdmission = {
      verdict: "granted",
      ...judgement,
      token,
      ...(token.expires && { expires: token.expires }),
      subject: formatSubject(named, holder.kind === "id"),
    };
    return { admission, token, reasons: reasonsOf(judgement.withheld), stranger: false };
  }

  function circumstancesOf({ service, address }: RegistryAsk, account: string | undefined): Circumstances {
    return {
      now: clock(),
      door: "registry",
      engine: engineNames(engine),
      ownership: false,
      service,
      ...(address === undefined ? {} : { address }),
      ...(account === undefined ? {} : { account }),
    };
  }

  return {
    async identify(text, key) {
      const { known: _, ...found } = await identify(text, key);
      return found;
    },

    async grant(ask) {
      const began = performance.now();
      let judged: Judged;
      try {
        judged = await judgeAsk(ask);
      } catch (error) {
        log.error({ cause: describeError(error) }, "a decision failed, and is a refusal");
        judged = refused(words.failed, "unavailable");
      }
      let { admission } = judged;
      let verdict: AuditLine["verdict"] = "refused";
      try {
        const line = tokenLine(ask, judged, clock());
        if (judged.stranger) audit.refusedStranger(ask.source, line);
        else if (ask.holder.kind === "anonymous") await recordAnonymous(ask.source, line);
        else await audit.recordSoon(line);
        ({ verdict } = line);
      } catch (error) {
        log.error({ cause: describeError(error) }, "a decision could not be written down, and is a refusal");
        admission = refused(words.unwritten, "unavailable").admission;
      }
      metrics.decided("registry", verdict === "allowed" ? "allowed" : "refused", performance.now() - began);
      return admission;
    },

    refuse(unknown) {
      audit.refusedStranger(unknown.source, unknownLine(unknown, clock()));
      metrics.decided("registry", "refused", 0);
    },

    record: async (event) => audit.recordSoon(eventLine(event, clock())),
  };
}

function judgeRights(ask: RegistryAsk, holder: Exclude<Holder, { text: string }>): Judged {
  const { granted, withheld } = judge(ask.requested, ask, { rights: holder.rights });
  const subject = formatSubject(holder.kind === "user" ? { account: holder.name } : {}, false);
  const empty = granted.every(({ actions }) => actions.length === 0);
  return {
    admission: { verdict: "granted", granted, withheld, subject },
    reasons: reasonsOf(withheld),
    stranger: holder.kind === "anonymous" && empty,
  };
}

/** Whoever acts as a user whose rights nobody gave has none. */
function rightsOfHolder(holder: Extract<Holder, { text: string }>): Rights | undefined {
  if (holder.rights !== undefined || holder.account === undefined) return holder.rights;
  return () => ({ granted: false, why: "the rights of the user are not known" });
}

function refused(why: string, status: "unauthorized" | "unavailable"): Judged {
  return { admission: { verdict: "refused", status, message: why }, reasons: [{ why }], stranger: true };
}
