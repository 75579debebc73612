import { isIP } from "node:net";

/** One thing that a registry says was done; what it did not say, or said in an odd way, is absent. */
export interface SeenEvent {
  /** The registry's own word for the event, the same when it tells of it again. */
  readonly id?: string;
  readonly time?: Date;
  /** `push`, `pull`, `mount`, `delete`, or a word of a later registry's. */
  readonly action: string;
  readonly repository?: string;
  /** Of a mount: where the blob was. */
  readonly fromRepository?: string;
  readonly digest?: string;
  readonly tag?: string;
  /** The subject of the token that allowed it. */
  readonly actor?: string;
  readonly requestId?: string;
  /** The client's, as the registry saw it, without a port. */
  readonly address?: string;
  /** By which the client called the registry. */
  readonly host?: string;
}

/** What was posted, or why it is no envelope. */
export type Envelope =
  | { readonly events: readonly SeenEvent[] }
  | { readonly fault: string; readonly status: 400 | 413 };

/** A registry posts a handful at a time. */
const mostEvents = 1000;
/** No name or digest is longer; what goes on is cut off. */
const longestText = 512;

/** Reads what a registry posts; an unknown field or action is none of its faults. */
export function readEnvelope(text: string): Envelope {
  const posted = asRecord(readJson(text));
  if (posted === undefined) return { fault: "this is not a JSON object", status: 400 };
  const { events } = posted;
  if (!Array.isArray(events)) return { fault: "there is no list of events in this", status: 400 };
  if (events.length > mostEvents) return { fault: `these are more than ${mostEvents} events`, status: 413 };
  const records = events.map(asRecord);
  if (!records.every((record) => record !== undefined)) {
    return { fault: "one of these events is not a JSON object", status: 400 };
  }
  return { events: records.map(readEvent) };
}

function readEvent(event: Record<string, unknown>): SeenEvent {
  const [target, request, actor] = [event["target"], event["request"], event["actor"]].map((part) => asRecord(part));
  const seen = {
    id: textOf(event["id"]),
    time: timeOf(event["timestamp"]),
    repository: textOf(target?.["repository"]),
    fromRepository: textOf(target?.["fromRepository"]),
    digest: textOf(target?.["digest"]),
    tag: textOf(target?.["tag"]),
    actor: textOf(actor?.["name"]),
    requestId: textOf(request?.["id"]),
    address: addressOf(textOf(request?.["addr"])),
    host: textOf(request?.["host"]),
  };
  const said = Object.entries(seen).filter(([, value]) => value !== undefined);
  return { action: textOf(event["action"]) ?? "unknown", ...(Object.fromEntries(said) as Partial<SeenEvent>) };
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return value.length <= longestText ? value : `${value.slice(0, longestText)}…`;
}

function timeOf(value: unknown): Date | undefined {
  const time = new Date(typeof value === "string" ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Go writes `127.0.0.1:5100` and `[::1]:5100`; behind a proxy the registry has an address alone. */
function addressOf(text: string | undefined): string | undefined {
  if (text === undefined || isIP(text) !== 0) return text;
  const [, host = ""] = /^\[?(.*?)\]?:\d{1,5}$/.exec(text) ?? [];
  return isIP(host) === 0 ? text : host;
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
