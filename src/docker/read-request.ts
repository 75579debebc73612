import type { Attempt, EngineLookup, EngineRequest, GuardBounds, Touch, Unreadable } from "./attempt.ts";
import { isIdle, none, readBody } from "./body.ts";
import { isObject, type JsonObject, readJson } from "./json.ts";
import { readParameters } from "./parameters.ts";
import type { Query } from "./query.ts";
import { withoutReserved, withoutReservedLabels } from "./reserved.ts";
import { type Asked, createResolver, type Resolver } from "./resolve.ts";
import type { Row, RowInput } from "./table/row.ts";
import { type Found, findRow } from "./table/table.ts";
import { readTarget } from "./target.ts";
import { Unread } from "./unread.ts";

/** A request that was understood, with all that it takes to say it again in other words. */
export interface ReadRequest {
  readonly attempt: Attempt;
  /** `METHOD /path`, as it stands in the table. */
  readonly operation: string;
  readonly row: Row;
  /** `/v1.41` as it was sent, or nothing. */
  readonly version: string;
  /** What stands in the target for the row's `{…}`. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Absent where there was none, or none that is read. */
  readonly body?: JsonObject;
  /** What it names, in the order in which the engine was asked. */
  readonly asked: readonly Asked[];
}

/** A request that was not understood, as far as it was. */
export interface UnreadRequest extends Unreadable {
  readonly op?: Attempt["op"];
  /** What it names, as far as the engine was asked; the last may be why it could not be read. */
  readonly asked: readonly Asked[];
}

/** How a request is read. */
export interface ReadOptions {
  /** It will be sent on in our words: labels that are ours alone are taken out of it, not refused. */
  readonly rewritten: boolean;
}

/**
 * Reads what a request would do, asking the engine for whatever it names. Gives an {@link UnreadRequest}, and never
 * throws, when anything of it is not understood, not canonical or not shown.
 */
export async function readRequest(
  request: EngineRequest,
  lookup: EngineLookup,
  guard: GuardBounds,
  options: ReadOptions,
): Promise<ReadRequest | UnreadRequest> {
  const known: { action?: string; op?: Attempt["op"] } = {};
  const resolving = resolveLazily(lookup);
  try {
    const { version, path, query: written } = readTarget(request.target);
    const found = findRow(request.method, path);
    if (found === undefined) return { unreadable: "the operation is not known", asked: [] };
    const { row } = found;
    if (typeof row.action === "string") known.action = row.action;
    if (typeof row.op === "string") known.op = row.op;
    const query = readParameters(written, row.query ?? {});
    known.action = actionOf(row, query);
    known.op = opOf(row, query);
    return { version, ...(await readFound(found, query, request, resolving, guard, options)) };
  } catch (error) {
    // A fault of ours must not become a crash of the door, nor a yes
    return {
      ...known,
      asked: resolving.asked(),
      unreadable: error instanceof Unread ? error.message : "the request could not be read",
    };
  }
}

async function readFound(
  { operation, row, names }: Found,
  given: Query,
  request: EngineRequest,
  resolving: LazyResolver,
  guard: GuardBounds,
  { rewritten }: ReadOptions,
): Promise<Omit<ReadRequest, "version">> {
  const rule = typeof row.body === "function" ? row.body(given) : (row.body ?? none);
  const sent = rewritten && isIdle(rule, request) ? undefined : readBody(rule, request);
  const body = rewritten && sent !== undefined ? withoutReserved(sent) : sent;
  const query = rewritten ? withoutReservedLabel(given, row) : given;
  const input: RowInput = {
    names,
    query,
    body,
    guard,
    rewritten,
    get resolver() {
      return resolving.resolver();
    },
  };
  const touches: Touch[] = [];
  for (const read of row.touches) touches.push(...(await read(input)));
  const attempt: Attempt = {
    action: actionOf(row, query),
    op: opOf(row, query),
    handshake: row.handshake === true,
    stream: row.stream?.(input) === true,
    touches,
  };
  return { attempt, operation, row, names, query, ...(body && { body }), asked: resolving.asked() };
}

interface LazyResolver {
  readonly resolver: () => Resolver;
  readonly asked: () => readonly Asked[];
}

// Most requests name nothing that would have to be looked up
function resolveLazily(lookup: EngineLookup): LazyResolver {
  let made: Resolver | undefined;
  return { resolver: () => (made ??= createResolver(lookup)), asked: () => made?.asked ?? [] };
}

// A build's labels are JSON in a parameter
function withoutReservedLabel(query: Query, row: Row): Query {
  const given = query.get("labels") ?? "";
  if (given === "" || row.query?.["labels"] === undefined) return query;
  const labels = readJson(new TextEncoder().encode(given));
  if (!isObject(labels)) return query;
  return new Map([...query, ["labels", JSON.stringify(withoutReservedLabels(labels))]]);
}

function actionOf({ action }: Row, query: Query): string {
  return typeof action === "function" ? action(query) : action;
}

function opOf({ op }: Row, query: Query): Attempt["op"] {
  return typeof op === "function" ? op(query) : op;
}
