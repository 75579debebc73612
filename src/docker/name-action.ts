import type { EngineRequest } from "./attempt.ts";
import { readParameters } from "./parameters.ts";
import { findRow } from "./table/table.ts";
import { readTarget } from "./target.ts";

/** What an operation is called, and whether it reads or writes in truth. */
export interface NamedAction {
  readonly action: string;
  readonly op: "read" | "write";
}

/**
 * Names what a request asks for as far as its method and target tell, without the engine: enough to write down what the
 * root id did, never to decide on. `unknown` where the target is not understood.
 */
export function nameAction(request: EngineRequest): NamedAction {
  const reads = request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS";
  try {
    const { path, query: written } = readTarget(request.target);
    const row = findRow(request.method, path)?.row;
    if (row !== undefined) {
      if (typeof row.action === "string" && typeof row.op === "string") return { action: row.action, op: row.op };
      const query = readParameters(written, row.query ?? {});
      return {
        action: typeof row.action === "function" ? row.action(query) : row.action,
        op: typeof row.op === "function" ? row.op(query) : row.op,
      };
    }
  } catch {
    // Whatever the engine makes of it, it is written down as unknown
  }
  return { action: "unknown", op: reads ? "read" : "write" };
}
