import type { AuditLine } from "../../protocol/admin.ts";
import { countStrangers } from "../audit/strangers.ts";
import type { GateParts } from "../gate.ts";

/**
 * Makes what writes down what anybody is granted without credentials: some lines a minute of each source, and the rest
 * as counts, or a stranger could push out of the log what others did. Rejects when a line cannot be written, and goes on
 * to try and write each until one is; so that nothing is granted for longer than a minute which nobody can be told of.
 */
export function createAnonymousLines({
  audit,
  clock,
}: Pick<GateParts, "audit" | "clock">): (source: string, line: AuditLine) => Promise<void> {
  const tallies = countStrangers();
  let writable = false;
  return async (source, line) => {
    const now = clock();
    // A new minute may begin; the audit itself tells of what was counted
    tallies.due(now);
    const counted = tallies.refused(source, line, now) === undefined;
    if (counted && writable) {
      audit.refusedStranger(`${source} without credentials`, line);
      return;
    }
    try {
      await audit.recordSoon(line);
      writable = true;
    } catch (error) {
      writable = false;
      throw error;
    }
  };
}
