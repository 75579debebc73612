import { admitLink } from "../../caveats/link.ts";
import { Failure } from "../../errors.ts";
import { parseIdentifier } from "../../macaroon/identifier.ts";
import { decide } from "../../policy/decide.ts";
import type { VerifiedToken } from "../../policy/token.ts";
import type { AuditLine, Destroyed, IdReport, Revoke, Revoked, RootKeySalt } from "../../protocol/admin.ts";
import type { Explanation } from "../../protocol/explain.ts";
import { engineNames, type GateParts, type Standing } from "../gate.ts";
import type { RootKey } from "../stores/store.ts";
import { createActs, type Act, type Caller } from "./acts.ts";
import type { Authenticator } from "./authenticate.ts";
import { explain, type ExplainParts, type ExplainWish } from "./explain.ts";
import { planRevocation, type Target } from "./revocation.ts";
import { sayReasons, words } from "./words.ts";

/** Why a caller is not answered: it showed no valid id (401), or one that may not (403). */
export interface Denial {
  readonly denied: "no_id" | "invalid_id" | "forbidden";
  readonly message: string;
  readonly hint?: string;
}

/** What the administrator may ask of the verifier. Each is written down before it takes effect; what can't be is not done. */
export interface Administration {
  /** Guards an open engine; needs no id. Failure("conflict") when it is guarded. */
  install(key: RootKey, caller: Caller): Promise<void>;
  /** What makes the key in force from its secret; needs no id. Failure("not_found") when it was random. */
  salt(caller: Caller): Promise<RootKeySalt>;
  /** What the caller's own id is worth. */
  reportSelf(caller: Caller): Promise<IdReport | Denial>;
  /** What would become of a request at the plugin's door; nothing of it is done. */
  explain(wish: ExplainWish, caller: Caller): Promise<Explanation | Denial>;
  /** Takes back an id, or everything with a link, with all that grew from it. */
  revoke(wish: Revoke, caller: Caller): Promise<Revoked | Denial>;
  /** Ends authorization; needs the root id. */
  destroy(caller: Caller): Promise<Destroyed | Denial>;
  /** The audit's lines; needs the root id, and ends when that id does. */
  readAudit(wish: AuditWish, caller: Caller): Promise<AsyncIterable<AuditLine> | Denial>;
}

/** Which of the audit's lines. */
export interface AuditWish {
  readonly refused: boolean;
  /** Go on with lines as they are written, until the signal. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

export interface AdministrationParts extends GateParts, Pick<ExplainParts, "nameOf" | "decideOn"> {
  readonly authenticator: Authenticator;
  readonly stand: () => Promise<Standing>;
}

type Guarded = { readonly kid: string; readonly version: number };

const rootOnly = "only the root id may do this, and the id that came with the request is a narrower one";

/** Makes the administrative half of the gate. */
export function createAdministration(parts: AdministrationParts): Administration {
  const { state, audit, authenticator, clock, engine, stand } = parts;
  const { writeDown, refuse, forbid, effect } = createActs(parts);

  async function guarded(): Promise<Guarded> {
    const { now, version } = await stand();
    if (now.kind === "unreadable")
      throw new Failure("unreadable", `docker-id cannot read its own state: ${now.reason}`);
    if (now.kind === "open") {
      throw new Failure("conflict", "this engine is not guarded", { hint: "docker-id init guards it" });
    }
    return { kid: now.kid, version };
  }

  async function identify(act: Act, caller: Caller, standing: Guarded): Promise<{ token: VerifiedToken } | Denial> {
    if (caller.token === undefined) {
      refuse(act, words.noId, caller);
      return { denied: "no_id", message: "this needs an id, and the request carried none" };
    }
    const found = await authenticator.authenticate(caller.token, standing.kid, standing.version);
    if ("token" in found) return found;
    refuse(found.known === undefined ? act : { ...act, token: found.known }, found.denied, caller);
    return { denied: "invalid_id", message: found.denied };
  }

  async function identifyRoot(act: Act, caller: Caller, standing: Guarded): Promise<{ token: VerifiedToken } | Denial> {
    const found = await identify(act, caller, standing);
    if ("denied" in found || found.token.root) return found;
    forbid({ ...act, token: found.token }, rootOnly, caller);
    return { denied: "forbidden", message: rootOnly };
  }

  /** Time, address and host of an ancestor's own caveats; what it may touch does not matter for taking back. */
  function ownCaveats(token: VerifiedToken, caller: Caller): string | undefined {
    const attempt = { action: "id.revoke", op: "read", handshake: true, stream: false, touches: [] } as const;
    const decision = decide(token, attempt, {
      now: clock(),
      door: "admin",
      engine: engineNames(engine),
      ownership: false,
      ...(caller.address === undefined ? {} : { address: caller.address }),
    });
    return decision.verdict === "allowed" ? undefined : sayReasons(decision.reasons);
  }

  async function target(wish: Revoke, kid: string): Promise<Target> {
    if ("link" in wish) return { link: admitLink(wish.link) };
    const found = await authenticator.verify(wish.id, kid);
    if ("token" in found) return { token: found.token };
    throw new Failure("misuse", "the id to take back does not verify here", {
      hint: "it is of another engine, altered or not whole; docker-id inspect reads it, and docker-id log shows links",
    });
  }

  return {
    async install(key, caller) {
      const act = { action: "guard.init", op: "write", touches: [`key:${key.kid}:write`] } as const;
      if (parseIdentifier(key.identifier)?.kid !== key.kid) {
        throw new Failure("misuse", "the root id's identifier does not name the key");
      }
      const { now } = await stand();
      if (now.kind === "unreadable")
        throw new Failure("unreadable", `docker-id cannot read its own state: ${now.reason}`);
      if (now.kind === "guarded") {
        refuse(act, "the engine is guarded already", caller);
        throw new Failure("conflict", "this engine is guarded already", {
          hint: "docker-id init with the right secret gives a lost root id back; docker-id destroy ends the guard",
        });
      }
      writeDown(act, caller, true);
      await effect(act, caller, state.install(key, engine.known()?.id));
      await stand();
    },

    async salt(caller) {
      const { kid } = await guarded();
      const key = await state.store.rootKey(kid);
      if (key === undefined) throw new Failure("unreadable", "the key in force is not in the store");
      writeDown({ action: "guard.salt", op: "read" }, caller, false);
      if (key.salt === undefined) throw new Failure("not_found", "the root key is random: no secret makes it");
      return { kid, salt: Buffer.from(key.salt).toString("base64url"), identifier: key.identifier };
    },

    async reportSelf(caller) {
      const act = { action: "id.inspect", op: "read" } as const;
      const standing = await guarded();
      const { kid } = standing;
      if (caller.token === undefined) return identify(act, caller, standing) as Promise<Denial>;
      const found = await authenticator.verify(caller.token, kid);
      if ("denied" in found) {
        refuse(act, found.denied, caller);
        return { denied: "invalid_id", message: found.denied };
      }
      const { token } = found;
      const revoked = await state.store.revoked(token.digests, token.links);
      if (revoked) refuse({ ...act, token }, words.revoked, caller);
      else writeDown({ ...act, token }, caller, false);
      return {
        root: token.root,
        kid: token.kid,
        links: token.links,
        names: token.names,
        ...(token.expires === undefined ? {} : { expires: token.expires.toISOString() }),
        expired: token.expires !== undefined && token.expires.getTime() <= clock().getTime(),
        revoked,
      };
    },

    async explain(wish, caller) {
      const standing = await guarded();
      return explain(wish, {
        ...parts,
        identify: (act) => identify(act, caller, standing),
        authenticate: (text) => authenticator.authenticate(text, standing.kid, standing.version),
        record: (act) => writeDown(act, caller, false),
        forbid: (act, why) => forbid(act, why, caller),
      });
    },

    async revoke(wish, caller) {
      const standing = await guarded();
      const { kid } = standing;
      const act = { action: "id.revoke", op: "write" } as const;
      const found = await identify(act, caller, standing);
      if ("denied" in found) return found;
      const { token } = found;
      const plan = planRevocation(token, await target(wish, kid), ownCaveats(token, caller));
      const whole = { ...act, token, touches: [`id:${plan.name}:write`] };
      if ("forbidden" in plan) {
        forbid(whole, plan.forbidden, caller);
        return {
          denied: "forbidden",
          message: plan.forbidden,
          ...(plan.hint === undefined ? {} : { hint: plan.hint }),
        };
      }
      writeDown(whole, caller, true);
      await effect(whole, caller, state.store.revoke(plan.revocation));
      const { link } = plan;
      const { until } = plan.revocation;
      return {
        ...(link === undefined ? {} : { link }),
        ...(until === undefined ? {} : { until: until.toISOString() }),
      };
    },

    async destroy(caller) {
      const standing = await guarded();
      const { kid } = standing;
      const act = { action: "guard.destroy", op: "write", touches: [`key:${kid}:write`] } as const;
      const found = await identifyRoot(act, caller, standing);
      if ("denied" in found) return found;
      writeDown({ ...act, token: found.token }, caller, true);
      await effect({ ...act, token: found.token }, caller, state.retire(kid));
      await stand();
      return { kid };
    },

    async readAudit(wish, caller) {
      const standing = await guarded();
      const { kid } = standing;
      const act = { action: "audit.read", op: "read" } as const;
      const found = await identifyRoot(act, caller, standing);
      if ("denied" in found) return found;
      writeDown({ ...act, token: found.token }, caller, false);
      const stillRoot = async (): Promise<boolean> => {
        const { now, version } = await stand();
        if (now.kind !== "guarded" || now.kid !== kid || caller.token === undefined) return false;
        return "token" in (await authenticator.authenticate(caller.token, kid, version));
      };
      return whileTrue(stillRoot, audit.read(wish));
    },
  };
}

async function* whileTrue<T>(still: () => Promise<boolean>, lines: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const line of lines) {
    if (!(await still())) return;
    yield line;
  }
}
