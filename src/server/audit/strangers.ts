import type { AuditLine } from "../../protocol/admin.ts";

/** Counts the refusals of those without a valid id, so that what they make us write is bounded. */
export interface Strangers {
  /** What to write for one more refusal of this source: its line, or nothing, since it is counted. */
  refused(source: string, line: AuditLine, now: Date): AuditLine | undefined;
  /** Counts a refusal, or several that a line sums up, because it could not be written. */
  count(source: string, line: AuditLine, now: Date): void;
  /** The summaries that are due, one for each source that was counted since; all of them at the end. */
  due(now: Date, atTheEnd?: boolean): readonly Summary[];
  /** Whether anything was counted that no summary told of yet. */
  waiting(): boolean;
}

/** One line for many refusals of one source. */
export interface Summary {
  readonly source: string;
  readonly line: AuditLine;
}

/** How much strangers may write in a minute. */
export const strangerLimits = { windowMs: 60_000, linesOfSource: 5, lines: 60, sources: 64 } as const;

interface Tally {
  written: number;
  counted: number;
  /** The last refusal that was only counted. */
  last: AuditLine | undefined;
}

const others = "many others";

/** Keeps counts of at most `strangerLimits.sources` sources a minute; further ones are counted together. */
export function countStrangers(): Strangers {
  let tallies = new Map<string, Tally>();
  let written = 0;
  let since: number | undefined;

  function tallyOf(source: string): Tally {
    const name = tallies.has(source) || tallies.size < strangerLimits.sources ? source : others;
    const tally = tallies.get(name) ?? { written: 0, counted: 0, last: undefined };
    tallies.set(name, tally);
    return tally;
  }

  function count(source: string, line: AuditLine, now: Date): void {
    since ??= now.getTime();
    const tally = tallyOf(source);
    tally.counted += line.count ?? 1;
    tally.last = line;
  }

  return {
    count,
    waiting: () => [...tallies.values()].some(({ counted }) => counted > 0),
    refused(source, line, now) {
      since ??= now.getTime();
      const tally = tallyOf(source);
      if (tally.written >= strangerLimits.linesOfSource || written >= strangerLimits.lines) {
        count(source, line, now);
        return undefined;
      }
      tally.written += 1;
      written += 1;
      return line;
    },
    due(now, atTheEnd = false) {
      if (since === undefined) return [];
      const age = now.getTime() - since;
      if (!atTheEnd && age >= 0 && age < strangerLimits.windowMs) return [];
      const summaries = [...tallies].flatMap(([source, { counted, last }]) =>
        last === undefined ? [] : [{ source, line: summaryOf(source, counted, last, now) }],
      );
      tallies = new Map();
      written = 0;
      since = undefined;
      return summaries;
    },
  };
}

function summaryOf(source: string, count: number, last: AuditLine, now: Date): AuditLine {
  const summary = { ...last, time: now.toISOString(), count };
  return source === others ? { ...summary, address: others } : summary;
}
