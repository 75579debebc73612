import type { Circumstances } from "../../docker/attempt.ts";
import { parseIdentifier } from "../../macaroon/identifier.ts";
import type { Decision, Reason } from "../../policy/decision.ts";
import { type VerifiedToken, verifyToken } from "../../policy/token.ts";
import type { Access, Rights } from "../../registry/access.ts";
import { judge, refusesAltogether } from "../../registry/judge.ts";
import { wishesOf } from "../../registry/scopes.ts";
import { formatSubject } from "../../registry/subject.ts";
import { engineNames, type GateParts, type Standing } from "../gate.ts";
import { describeError } from "../log.ts";
import { auditLine } from "./audit-line.ts";
import { type Authenticator, readMacaroon } from "./authenticate.ts";
import { eventLine } from "./event-line.ts";
import type { DoorKey, Holder, Identified, RegistryAdmission, RegistryAsk, RegistryGate } from "./registry-types.ts";
import { within } from "./within.ts";
import { sayReasons, words } from "./words.ts";

export type * from "./registry-types.ts";

interface RegistryGateParts extends Omit<GateParts, "passes" | "bounds" | "strictStreams"> {
  readonly authenticator: Authenticator;
  readonly stand: () => Promise<Standing>;
}

/** What {@link Identified} says to the gate itself: whose an id was that is denied. */
type Found = Identified & { readonly known?: VerifiedToken };

interface Judged {
  readonly admission: RegistryAdmission;
  readonly token?: VerifiedToken;
  /** What it was refused for as a whole, or what of it was withheld. */
  readonly reasons: readonly Reason[];
  /** Nobody valid: counted, so that it can't fill the disk. */
  readonly stranger: boolean;
}

const action = "registry.token";
/** A line tells so many reasons; each resource may have its own. */
const mostReasons = 32;

/** Makes the gate's part at the registry's door. */
export function createRegistryGate(parts: RegistryGateParts): RegistryGate {
  const { state, audit, engine, authenticator, stand, clock, log, metrics, decideTimeoutMs } = parts;

  async function identify(text: string, key?: DoorKey): Promise<Found> {
    try {
      const found = key === undefined ? identifyId(text) : identifyRefresh(text, key);
      return await within<Found>(decideTimeoutMs, found, () => ({ denied: words.late, unavailable: true }));
    } catch (error) {
      log.error({ cause: describeError(error) }, "what an id is worth could not be told, and it is refused");
      return { denied: words.failed, unavailable: true };
    }
  }

  async function identifyId(text: string): Promise<Found> {
    const { now, version } = await stand();
    if (now.kind === "unreadable") return { denied: words.unreadable, unavailable: true };
    if (now.kind === "open") return { denied: words.open };
    return await authenticator.authenticate(text, now.kid, version);
  }

  async function identifyRefresh(text: string, key: DoorKey): Promise<Found> {
    const { now } = await stand();
    if (now.kind === "unreadable") return { denied: words.unreadable, unavailable: true };
    const macaroon = readMacaroon(text);
    if (macaroon === undefined || parseIdentifier(macaroon.identifier)?.kid !== key.kid)
      return { denied: words.malformed };
    const token = verifyToken(macaroon, key.key);
    if ("refused" in token) return { denied: token.refused };
    // One without them would be good everywhere and for everybody, and be read as a root id
    const bound = (["service", "account"] as const).every((name) => token.caveats.some((one) => one.name === name));
    if (!bound) return { denied: words.malformed };
    if (await state.store.revoked(token.digests, token.links)) return { denied: words.revoked, known: token };
    return { token };
  }

  async function judgeAsk(ask: RegistryAsk): Promise<Judged> {
    const { holder, requested } = ask;
    if (holder.kind === "anonymous" || holder.kind === "user") {
      const { granted, withheld } = judge(requested, ask, { rights: holder.rights });
      const subject = formatSubject(holder.kind === "user" ? { account: holder.name } : {}, false);
      const admission = { verdict: "granted", granted, withheld, subject } as const;
      const empty = granted.every(({ actions }) => actions.length === 0);
      return { admission, reasons: reasonsOf(withheld), stranger: holder.kind === "anonymous" && empty };
    }
    const found = await identify(holder.text, holder.kind === "refresh" ? holder.key : undefined);
    if ("denied" in found)
      return refused(found.denied, found.unavailable ? "unavailable" : "unauthorized", found.known);
    const { token } = found;
    const circumstances = circumstancesOf(ask);
    const [reason, ...reasons] = refusesAltogether(token, circumstances);
    if (reason !== undefined) {
      const message = sayReasons([reason, ...reasons]);
      return {
        admission: { verdict: "refused", status: "unauthorized", message },
        token,
        reasons: [reason, ...reasons],
        stranger: false,
      };
    }
    const rights = rightsOfHolder(holder);
    const judgement = judge(requested, ask, { token, circumstances, ...(rights && { rights }) });
    const link = holder.kind === "id" ? token.links.at(-1) : undefined;
    const account = holder.account === undefined ? {} : { account: holder.account };
    const admission: RegistryAdmission = {
      verdict: "granted",
      ...judgement,
      token,
      ...(token.expires && { expires: token.expires }),
      subject: formatSubject({ ...account, ...(link === undefined ? {} : { link }) }, holder.kind === "id"),
    };
    return { admission, token, reasons: reasonsOf(judgement.withheld), stranger: false };
  }

  function circumstancesOf({ service, address, holder }: RegistryAsk): Circumstances {
    const account = "account" in holder ? holder.account : undefined;
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

  async function writeDown(ask: RegistryAsk, { admission, token, reasons, stranger }: Judged): Promise<boolean> {
    const { service, address, jti } = ask;
    const account = accountOf(ask.holder);
    const granted = admission.verdict === "granted" ? namesOf(admission.granted) : [];
    // Who asks for nothing logs in, and is no more refused than granted anything
    const allowed = admission.verdict === "granted" && (granted.length > 0 || ask.requested.length === 0);
    const line = auditLine(
      {
        door: "registry",
        action,
        decision: allowed ? { verdict: "allowed" } : refusal(reasons),
        touches: allowed ? granted : namesOf(ask.requested),
        ...(allowed && reasons.length > 0 && { remark: sayReasons(reasons) }),
        ...(token && { token }),
        ...(address === undefined ? {} : { address }),
        registry: {
          service,
          ...(account === undefined ? {} : { account }),
          ...(jti === undefined || admission.verdict === "refused" ? {} : { jti }),
        },
      },
      clock(),
    );
    if (stranger) audit.refusedStranger(ask.source, line);
    else await audit.recordSoon(line);
    return allowed;
  }

  return {
    async identify(text, key) {
      const { known: _, ...found } = await identify(text, key);
      return found;
    },

    async grant(ask) {
      const began = performance.now();
      let judged: Judged;
      let allowed = false;
      try {
        judged = await judgeAsk(ask);
      } catch (error) {
        log.error({ cause: describeError(error) }, "a decision failed, and is a refusal");
        judged = refused(words.failed, "unavailable");
      }
      let { admission } = judged;
      try {
        allowed = await writeDown(ask, judged);
      } catch (error) {
        log.error({ cause: describeError(error) }, "a decision could not be written down, and is a refusal");
        admission = { verdict: "refused", status: "unavailable", message: words.unwritten };
      }
      metrics.decided("registry", allowed ? "allowed" : "refused", performance.now() - began);
      return admission;
    },

    refuse({ service, account, address, source, why }) {
      const line = auditLine(
        {
          door: "registry",
          action,
          decision: refusal([{ why }]),
          ...(address === undefined ? {} : { address }),
          registry: { service, ...(account === undefined ? {} : { account }) },
        },
        clock(),
      );
      audit.refusedStranger(source, line);
      metrics.decided("registry", "refused", 0);
    },

    record: async (event) => audit.recordSoon(eventLine(event, clock())),
  };
}

/** Whoever acts as a user whose rights nobody gave has none. */
function rightsOfHolder(holder: Extract<Holder, { kind: "id" | "refresh" }>): Rights | undefined {
  if (holder.rights !== undefined || holder.account === undefined) return holder.rights;
  return () => ({ granted: false, why: "the rights of the user are not known" });
}

function accountOf(holder: Holder): string | undefined {
  if (holder.kind === "anonymous") return undefined;
  return holder.kind === "user" ? holder.name : holder.account;
}

function namesOf(access: readonly Access[]): readonly string[] {
  return access.flatMap((one) => wishesOf(one).map((wish) => `${wish.type}:${wish.name}:${wish.action}`));
}

function reasonsOf(withheld: Extract<RegistryAdmission, { verdict: "granted" }>["withheld"]): readonly Reason[] {
  const told = withheld
    .slice(0, mostReasons)
    .map(({ wish, why }) => ({ why: `${wish.type}:${wish.name}:${wish.action} withheld, ${why}` }));
  const more = withheld.length - told.length;
  return more > 0 ? [...told, { why: `and ${more} more withheld` }] : told;
}

function refused(why: string, status: "unauthorized" | "unavailable", token?: VerifiedToken): Judged {
  const admission = { verdict: "refused", status, message: why } as const;
  return { admission, reasons: [{ why }], stranger: true, ...(token && { token }) };
}

function refusal([first = { why: "nothing was granted" }, ...more]: readonly Reason[]): Decision {
  return { verdict: "refused", reasons: [first, ...more] };
}
