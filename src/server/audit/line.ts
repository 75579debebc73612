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
  // Most lines are short and have nothing to be struck out or escaped
  if (isShort(line, bounds)) {
    const usual = inOrder(line, asIt, asIt);
    if (!notable.test(usual)) return `${usual}\n`;
  }
  const text = (value: string): string => shorten(strike(value), bounds.text);
  const list = (values: readonly string[]): readonly string[] => {
    const kept = values.slice(0, bounds.entries).map(text);
    return kept.length < values.length ? [...kept, `… and ${values.length - kept.length} more`] : kept;
  };
  return `${escapeBeyondAscii(inOrder(line, text, list))}\n`;
}

const notable = /dkid_|[^\u0020-\u007e]/;

function asIt<T>(value: T): T {
  return value;
}

/** Whether all that it says together is within the bounds of one text. */
function isShort(line: AuditLine, { text, entries }: LineBounds): boolean {
  let left = text;
  for (const value of Object.values(line) as AuditLine[keyof AuditLine][]) {
    if (typeof value === "string") left -= value.length;
    else if (Array.isArray(value)) {
      if (value.length > entries) return false;
      for (const each of value as readonly string[]) left -= each.length;
    }
    if (left < 0) return false;
  }
  return true;
}

function inOrder(
  line: AuditLine,
  text: (value: string) => string,
  list: (values: readonly string[]) => readonly string[],
): string {
  const some = (value: string | undefined): string | undefined => value && text(value);
  const each = (values: readonly string[] | undefined): readonly string[] | undefined =>
    values === undefined || values.length === 0 ? undefined : list(values);
  const known: { [K in keyof Required<AuditLine>]: AuditLine[K] | undefined } = {
    time: some(line.time),
    door: some(line.door),
    action: some(line.action),
    verdict: line.verdict,
    op: line.op,
    touches: each(line.touches),
    links: each(line.links),
    names: each(line.names),
    root: line.root,
    address: some(line.address),
    service: some(line.service),
    account: some(line.account),
    jti: some(line.jti),
    tag: some(line.tag),
    digest: some(line.digest),
    request: some(line.request),
    event_time: some(line.event_time),
    reasons: each(line.reasons),
    count: line.count,
  };
  return JSON.stringify(known);
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
