import type { AuditLine } from "../../protocol/admin.ts";

/** How much of a line's own words is kept. */
export interface LineBounds {
  readonly text: number;
  readonly entries: number;
}

/** For lines of those whose id was verified: a long request is told in full, within reason. */
export const holderBounds: LineBounds = { text: 1024, entries: 256 };

/** For strangers, who choose the words. */
export const strangerBounds: LineBounds = { text: 256, entries: 4 };

/**
 * One line of printable ASCII with its line feed. Only the fields of an audit line are kept, and anything in them that
 * looks like a token of ours is struck out.
 */
export function formatLine(line: AuditLine, bounds: LineBounds): string {
  const text = (value: string | undefined): string | undefined => value && shorten(strike(value), bounds.text);
  const list = (values: readonly string[] | undefined): readonly string[] | undefined => {
    if (values === undefined || values.length === 0) return undefined;
    const kept = values.slice(0, bounds.entries).map((each) => shorten(strike(each), bounds.text));
    return kept.length < values.length ? [...kept, `… and ${values.length - kept.length} more`] : kept;
  };
  const known: { [K in keyof Required<AuditLine>]: AuditLine[K] | undefined } = {
    time: text(line.time),
    door: text(line.door),
    action: text(line.action),
    verdict: line.verdict,
    op: line.op,
    touches: list(line.touches),
    links: list(line.links),
    names: list(line.names),
    root: line.root,
    address: text(line.address),
    service: text(line.service),
    account: text(line.account),
    jti: text(line.jti),
    tag: text(line.tag),
    digest: text(line.digest),
    request: text(line.request),
    event_time: text(line.event_time),
    reasons: list(line.reasons),
    count: line.count,
  };
  return `${escapeBeyondAscii(JSON.stringify(known))}\n`;
}

const verdicts: ReadonlySet<unknown> = new Set<AuditLine["verdict"]>(["allowed", "refused", "seen"]);

/** Reads a line back; undefined for what is none, such as one that was cut off by a full disk. */
export function parseLine(text: string): AuditLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { time, door, action, verdict } = value as Record<string, unknown>;
    const whole = [time, door, action].every((each) => typeof each === "string");
    return whole && verdicts.has(verdict) ? (value as AuditLine) : undefined;
  } catch {
    return undefined;
  }
}

function strike(text: string): string {
  return text.replaceAll(/dkid_[\w-]*/g, "dkid_…");
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** A terminal obeys C1 controls, and bidirectional ones turn words around. */
function escapeBeyondAscii(json: string): string {
  return json.replaceAll(/[^\u0020-\u007e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
