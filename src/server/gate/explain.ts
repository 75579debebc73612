import type { Attempt, EngineRequest, Touch, Unreadable } from "../../docker/attempt.ts";
import { Failure } from "../../errors.ts";
import type { Decision } from "../../policy/decision.ts";
import type { VerifiedToken } from "../../policy/token.ts";
import type { ExplainedTouch, Explanation } from "../../protocol/explain.ts";
import type { GateParts } from "../gate.ts";
import type { Act } from "./acts.ts";
import type { Denial } from "./administer.ts";
import { readAsTyped } from "./as-typed.ts";
import type { Told } from "./audit-line.ts";
import type { Authenticated } from "./authenticate.ts";
import { makes, withMade, type MadeRequest } from "./made.ts";
import { readAtPlugin } from "./read-at-plugin.ts";
import { within } from "./within.ts";
import { words } from "./words.ts";

/** What is to be explained. */
export interface ExplainWish {
  readonly request: EngineRequest;
  /** The text of the id that would send it, in place of the caller's own. */
  readonly id?: string;
  /** The address that it would come from. */
  readonly address?: string;
  /** What requests before it would have created, oldest first. */
  readonly made: readonly MadeRequest[];
}

type Named = Pick<Told, "action"> & { readonly op: "read" | "write" };

export interface ExplainParts extends Pick<GateParts, "engine" | "bounds" | "decideTimeoutMs"> {
  /** Who calls, or why it is not answered, which has then been written down. */
  readonly identify: (act: Act) => Promise<{ readonly token: VerifiedToken } | Denial>;
  readonly authenticate: (text: string) => Promise<Authenticated>;
  readonly record: (act: Act) => void;
  readonly forbid: (act: Act, why: string) => void;
  readonly nameOf: (request: EngineRequest) => Named;
  /** Decides as at the plugin's door, but for an address that is pretended. */
  readonly decideOn: (token: VerifiedToken, attempt: Attempt | Unreadable, address: string | undefined) => Decision;
}

const othersOnly = "only the root id may ask about another id or pretend an address";

/**
 * Tells what would become of a request at the plugin's door, and does nothing of it. Whoever is not root learns what the
 * door's own answer would have told, and what the request itself says.
 */
export async function explain(wish: ExplainWish, parts: ExplainParts): Promise<Explanation | Denial> {
  const act = { action: "id.explain", op: "read" } as const;
  const found = await parts.identify(act);
  if ("denied" in found) return found;
  const { token: caller } = found;
  if (!caller.root && (wish.id !== undefined || wish.address !== undefined)) {
    parts.forbid({ ...act, token: caller }, othersOnly);
    return { denied: "forbidden", message: othersOnly };
  }
  const about = wish.id === undefined ? found : await parts.authenticate(wish.id);
  const explanation = await explainTo(caller, about, wish, parts);
  parts.record({
    ...act,
    token: caller,
    ...(wish.id === undefined ? {} : { touches: [`id:${nameOfId(about)}:read`] }),
    remark: `${explanation.action} would be ${explanation.verdict}`,
  });
  return explanation;
}

async function explainTo(
  caller: VerifiedToken,
  about: Authenticated,
  wish: ExplainWish,
  parts: ExplainParts,
): Promise<Explanation> {
  const { request, made } = wish;
  const named = parts.nameOf(request);
  if ("denied" in about) return toExplanation(named, undefined, [], refused(about.denied));
  const { token } = about;
  for (const [at, { request: creating }] of made.entries()) {
    // What it could not make, it must not ask about as if it had
    const wished = makes(creating) && (await judge(token, creating, made.slice(0, at), wish, parts));
    if (wished === false || wished.decision.verdict === "refused") {
      throw new Failure("misuse", "what was said to be made could not have been made with this id");
    }
  }
  const { attempt, decision } = await judge(token, request, made, wish, parts);
  if (caller.root) {
    const touches = "unreadable" in attempt ? [] : attempt.touches.map((touch) => show(touch, made));
    return toExplanation(named, attempt, touches, decision);
  }
  const typed = await readAsTyped(request, made);
  const touches = typed.touches.map((touch) => show(touch, made));
  const { unread: _, ...explanation } = toExplanation(named, typed.attempt, touches, decision);
  return explanation;
}

async function judge(
  token: VerifiedToken,
  request: EngineRequest,
  made: readonly MadeRequest[],
  { address }: ExplainWish,
  { engine, bounds, decideTimeoutMs, decideOn }: ExplainParts,
): Promise<{ readonly attempt: Attempt | Unreadable; readonly decision: Decision }> {
  const read = readAtPlugin(request, withMade(engine, made), await bounds());
  const attempt = await within<Attempt | Unreadable>(decideTimeoutMs, read, () => ({ unreadable: words.late }));
  return { attempt, decision: decideOn(token, attempt, address) };
}

function toExplanation(
  named: Named,
  attempt: Attempt | Unreadable | undefined,
  touches: readonly ExplainedTouch[],
  decision: Decision,
): Explanation {
  const read = attempt === undefined || "unreadable" in attempt ? undefined : attempt;
  return {
    action: attempt?.action ?? named.action,
    op: read?.op ?? named.op,
    handshake: read?.handshake === true,
    stream: read?.stream === true,
    touches,
    ...(attempt !== undefined && "unreadable" in attempt ? { unread: attempt.unreadable } : {}),
    verdict: decision.verdict,
    reasons: decision.verdict === "refused" ? decision.reasons : [],
  };
}

function show({ kind, id, level, names }: ExplainedTouch | Touch, made: readonly MadeRequest[]): ExplainedTouch {
  const isMade = made.some((one) => one.id === id);
  const known = isMade ? names?.filter((name) => name !== id) : names;
  return { kind, id: isMade ? "+" : id, level, ...(known === undefined || known.length === 0 ? {} : { names: known }) };
}

function refused(why: string): Decision {
  return { verdict: "refused", reasons: [{ why }] };
}

function nameOfId(about: Authenticated): string {
  if ("denied" in about) return about.known?.links.at(-1) ?? "unknown";
  return about.token.links.at(-1) ?? "root";
}
