import { readFilters, spellFilters } from "../../../../docker/filters.ts";
import type { Query } from "../../../../docker/query.ts";
import type { ReadRequest } from "../../../../docker/read-request.ts";

/** A question that asks for no more than an id sees, as far as the engine can tell that apart. */
export interface NarrowQuestion {
  readonly read: ReadRequest;
  /** How many of the answer's items were asked for, where that is to be counted after the answer was narrowed. */
  readonly limit?: number;
}

/** Lists whose filters by label have all to hold, so that one more can only narrow. */
const filtersByLabel: ReadonlySet<string> = new Set([
  "GET /containers/json",
  "GET /networks",
  "GET /networks/",
  "GET /volumes",
  "POST /containers/prune",
  "POST /networks/prune",
  "POST /volumes/prune",
]);

/** Narrows a question by labels, `key` or `key=value`. Filters by id or name are alternatives, and one more would widen. */
export function narrowQuestion(read: ReadRequest, labels: readonly string[]): NarrowQuestion {
  const { operation, query } = read;
  const filtered = filtersByLabel.has(operation) && labels.length > 0 ? addLabels(query, labels) : query;
  const limit = operation === "GET /containers/json" ? Number(query.get("limit") ?? "") : 0;
  if (!(limit > 0)) return { read: { ...read, query: filtered } };
  // The engine counts before anything is taken out, and shows stopped ones too where it counts
  const unlimited = new Map([...filtered].filter(([name]) => name !== "limit"));
  return { read: { ...read, query: unlimited.set("all", "1") }, limit };
}

function addLabels(query: Query, labels: readonly string[]): Query {
  const filters = readFilters(query);
  const all = [...new Set([...(filters.get("label") ?? []), ...labels])];
  return new Map([...query, ["filters", spellFilters(new Map([...filters, ["label", all]]))]]);
}
