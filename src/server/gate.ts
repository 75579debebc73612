import type { Attempt, GuardBounds, Unreadable } from "../docker/attempt.ts";
import type { NamedAction } from "../docker/name-action.ts";
import { decide } from "../policy/decide.ts";
import type { Decision, Reason } from "../policy/decision.ts";
import type { VerifiedToken } from "../policy/token.ts";
import type { Audit } from "./audit/log.ts";
import type { Engine } from "./engine/engine.ts";
import type { Passes } from "./engine/passes.ts";
import { createAdministration, type Administration } from "./gate/administer.ts";
import { createRegistryGate, type RegistryGate } from "./gate/at-registry.ts";
import { auditLine, type Told } from "./gate/audit-line.ts";
import { createAuthenticator } from "./gate/authenticate.ts";
import { rememberReads } from "./gate/known-reads.ts";
import type { Admission, Presented } from "./gate/presented.ts";
import { judgeInWorld, type JudgedInWorld, type NotFound, rootWorld, type World } from "./gate/world.ts";
import { readAtPlugin } from "./gate/read-at-plugin.ts";
import { nameOf } from "./gate/name-of.ts";
import { limitTime } from "./gate/within.ts";
import { sayReasons, words } from "./gate/words.ts";
import { describeError, type Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { CurrentState, GuardState } from "./stores/guard-state.ts";

/** What a gate is made of. */
export interface GateParts {
  readonly state: GuardState;
  readonly audit: Audit;
  /** Asked for names in a request, and for its own name. */
  readonly engine: Pick<Engine, "inspect" | "known">;
  /** Knows the verifier's own questions. */
  readonly passes: Pick<Passes, "redeem">;
  /** What no restricted id may reach, as known by now. */
  readonly bounds: () => GuardBounds | Promise<GuardBounds>;
  readonly clock: () => Date;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "decided" | "stands">;
  /** Longest that deciding may take before it is a refusal. */
  readonly decideTimeoutMs: number;
  /** The plugin's door refuses endless answers to ids that expire; absent: it does not. */
  readonly strictStreams?: boolean;
}

export type { Admission, Presented } from "./gate/presented.ts";
export type { World } from "./gate/world.ts";

/** The only way from an attempt to a decision, and from an administrator's wish to its effect. */
export interface Gate extends Administration {
  /** Decides and writes it down. Never rejects: what fails, or takes too long, is a refusal. */
  admit(presented: Presented): Promise<Admission>;
  /** Whether an id verifies now and is not revoked; says nothing of its caveats and writes nothing down. Never rejects. */
  stands(token: string | undefined): Promise<boolean>;
  /** Changes whenever {@link Gate.stands} may have another answer; cheap. */
  version(): number;
  /** The recorded state as it stands. */
  current(): Promise<CurrentState>;
  /** What the registry's door asks. */
  readonly registry: RegistryGate;
}

/** The recorded state, and the store's version from just before it was asked. */
export interface Standing {
  readonly version: number;
  readonly now: CurrentState;
}

type Judgeable = Pick<Presented, "door" | "circumstances" | "refuseStreams">;

interface Judged {
  readonly told: Omit<Told, "door" | "address">;
  readonly world?: World;
  readonly notFound?: NotFound;
  /** Refused without a valid id: counted, so that it can't fill the disk. */
  readonly stranger: boolean;
}

/** Makes the gate. */
export function createGate(parts: GateParts): Gate {
  const { state, audit, engine, passes, log, metrics, clock, decideTimeoutMs } = parts;
  const authenticator = createAuthenticator(state.store);
  const inTime = limitTime(decideTimeoutMs);
  const read = rememberReads();
  let last: Standing | undefined;

  /** As it was found last, where nothing has changed since. */
  function standing(version: number): Standing | undefined {
    return last?.version === version && last.now.kind !== "unreadable" ? last : undefined;
  }

  async function stand(): Promise<Standing> {
    // Asked before the state, so that what changes meanwhile is seen next time
    const version = state.store.version();
    const still = standing(version);
    if (still !== undefined) return still;
    const now = await state.current();
    if (now.kind !== last?.now.kind) {
      metrics.stands(now.kind);
      if (now.kind === "open") log.warn("this engine is open: every request is allowed until docker-id init guards it");
      if (now.kind === "guarded") log.info({ kid: now.kid }, "this engine is guarded");
      if (now.kind === "unreadable")
        log.error({ reason: now.reason }, "the state cannot be read: every request is refused");
    }
    last = { version, now };
    return last;
  }

  /** Undefined for the verifier's own questions: the decision that asked them has a line, they need none. */
  async function judge(presented: Presented): Promise<Judged | undefined> {
    const { door, token: text, pass, request } = presented;
    if (pass !== undefined && passes.redeem(pass, request)) return undefined;
    const named = nameOf(request);
    const { now, version } = standing(state.store.version()) ?? (await stand());
    if (now.kind === "unreadable") return stranger(named, words.unreadable);
    if (now.kind === "open") {
      if (door !== "authz") return stranger(named, words.open);
      return { told: { ...named, decision: { verdict: "allowed" }, remark: "open" }, stranger: false };
    }
    if (text === undefined) return stranger(named, words.noId);
    const known = authenticator.recall(text, now.kid, version);
    const found = known === undefined ? await authenticator.authenticate(text, now.kid, version) : { token: known };
    if ("denied" in found) return stranger(named, found.denied, found.known);
    const { token } = found;
    if (token.root) {
      const told = { ...named, token, decision: { verdict: "allowed" } } as const;
      return { told, stranger: false, ...(narrows(door) && { world: rootWorld(token) }) };
    }
    const { world, notFound, ...judged } = await judgeRestricted(presented, token);
    // Reading asks the engine, and meanwhile the id may have been taken back
    const again = standing(state.store.version()) ?? (await stand());
    if (again.version !== version) {
      if (again.now.kind !== "guarded") return stranger(named, words.otherEngine, token);
      const still = await authenticator.authenticate(text, again.now.kid, again.version);
      if ("denied" in still) return stranger(named, still.denied, token);
    }
    const told = { action: judged.attempt.action ?? named.action, token, ...judged };
    return { told, stranger: false, ...(world && { world }), ...(notFound && { notFound }) };
  }

  async function judgeRestricted(presented: Presented, token: VerifiedToken): Promise<JudgedInWorld> {
    const bounds = await parts.bounds();
    const { door, request, circumstances } = presented;
    if (!narrows(door)) {
      const attempt = await readAtPlugin(request, engine, bounds);
      return { attempt, decision: decideOn(presented, token, attempt) };
    }
    return judgeInWorld(token, request, {
      read,
      engine,
      bounds,
      circumstances: () => ({ ...circumstances, now: clock(), door, engine: engineNames(engine) }),
    });
  }

  function decideOn(presented: Judgeable, token: VerifiedToken, attempt: Attempt | Unreadable): Decision {
    const { door, circumstances, refuseStreams } = presented;
    const decision = decide(token, attempt, { ...circumstances, now: clock(), door, engine: engineNames(engine) });
    if (decision.verdict === "refused" || !refuseStreams || token.expires === undefined) return decision;
    return "stream" in attempt && !attempt.stream ? decision : refusal({ why: words.stream });
  }

  async function writeDown(presented: Presented, { told, stranger: counted }: Judged): Promise<void> {
    const { door, circumstances, source } = presented;
    const { address } = circumstances;
    const line = auditLine({ ...told, door, ...(address === undefined ? {} : { address }) }, clock());
    if (counted) audit.refusedStranger(source, line);
    else await audit.recordSoon(line);
  }

  async function admit(presented: Presented): Promise<Admission> {
    const began = performance.now();
    const failed = (why: string): Judged => stranger(nameOf(presented.request), why);
    let judged: Judged | undefined;
    try {
      judged = await inTime(judge(presented), () => failed(words.late));
    } catch (error) {
      log.error({ cause: describeError(error) }, "a decision failed, and is a refusal");
      judged = failed(words.failed);
    }
    if (judged === undefined) return { verdict: "allowed" };
    let { decision } = judged.told;
    const { token, attempt } = judged.told;
    const { world, notFound } = judged;
    const on = {
      ...(token && { token }),
      ...(attempt && { attempt }),
      ...(world && { world }),
      ...(notFound && { notFound }),
    };
    try {
      await writeDown(presented, judged);
    } catch (error) {
      log.error({ cause: describeError(error) }, "a decision could not be written down, and is a refusal");
      decision = refusal({ why: words.unwritten });
    }
    metrics.decided(presented.door, decision.verdict, performance.now() - began);
    if (decision.verdict === "allowed") return { ...decision, ...on };
    return { ...decision, ...on, message: sayReasons(decision.reasons) };
  }

  async function stands(text: string | undefined): Promise<boolean> {
    if (text === undefined) return false;
    try {
      const { now, version } = await stand();
      if (now.kind !== "guarded") return false;
      return "token" in (await authenticator.authenticate(text, now.kid, version));
    } catch (error) {
      log.error({ cause: describeError(error) }, "whether an id still stands could not be told, and is a no");
      return false;
    }
  }

  const asPlugin = { door: "authz", refuseStreams: parts.strictStreams === true } as const;
  const administration = createAdministration({
    ...parts,
    authenticator,
    stand,
    nameOf,
    decideOn(token, attempt, address) {
      const circumstances = { ownership: false, ...(address === undefined ? {} : { address }) };
      return decideOn({ ...asPlugin, circumstances }, token, attempt);
    },
  });
  return {
    ...administration,
    admit,
    stands,
    version: () => state.store.version(),
    current: async () => (await stand()).now,
    registry: createRegistryGate({ ...parts, authenticator, stand }),
  };
}

/** Whether a door sends on what the gate has read, and can narrow it; it tells what to do with `world` and `notFound`. */
function narrows(door: Presented["door"]): boolean {
  return door === "gateway" || door === "socket";
}

/** What the engine is called, as far as it has said. */
export function engineNames(engine: Pick<Engine, "known">): readonly string[] {
  const known = engine.known();
  return known === undefined ? [] : [known.id, known.name];
}

function stranger(named: NamedAction, why: string, token?: VerifiedToken): Judged {
  const told = { ...named, decision: refusal({ why }), ...(token === undefined ? {} : { token }) };
  return { told, stranger: true };
}

function refusal(reason: Reason): Decision & { verdict: "refused" } {
  return { verdict: "refused", reasons: [reason] };
}
