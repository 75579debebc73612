import { none } from "./body.ts";
import { readParameters } from "./parameters.ts";
import { findRow } from "./table/table.ts";
import { readTarget } from "./target.ts";

/**
 * What a door that sees the bytes has to do with a request's body before it is decided on: `read` all of it, within the
 * limits of JSON; pass it on as a `stream`; or expect `none`, and read one that comes all the same as if it were JSON,
 * so that it can be refused. A target that is not understood is the root id's alone, and its body a stream.
 */
export function bodyOf(method: string, target: string): "none" | "read" | "stream" {
  try {
    const { path, query: written } = readTarget(target);
    const row = findRow(method, path)?.row;
    if (row === undefined) return "stream";
    const rule =
      typeof row.body === "function" ? row.body(readParameters(written, row.query ?? {})) : (row.body ?? none);
    if (rule.kind === "json") return "read";
    return rule.kind === "none" ? "none" : "stream";
  } catch {
    return "stream";
  }
}
