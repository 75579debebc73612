import type { Kind } from "../attempt.ts";
import { json } from "../body.ts";
import { readAuth } from "../bodies/auth.ts";
import { eventKinds } from "../event.ts";
import { readFilters } from "../filters.ts";
import { filters, flag, list, text } from "../parameters.ts";
import { readList } from "../query.ts";
import { Unread } from "../unread.ts";
import type { Row, Rows, TouchReader } from "./row.ts";
import { every, guard, system } from "./touches.ts";

// The daemon's are what the operation itself touches
const told: Readonly<Record<string, Kind | undefined>> = { ...eventKinds, daemon: undefined };
const used: Readonly<Record<string, Kind>> = {
  container: "container",
  image: "image",
  volume: "volume",
  "build-cache": "build",
};

/** The kinds that the events tell of, all where the request does not say. */
const toldKinds: TouchReader = (input) => {
  const kinds = kindsOf(readFilters(input.query).get("type"), told);
  return every("read", ...kinds.filter((kind) => kind !== undefined))(input);
};

/** The kinds whose use of the disk is told. */
const usedKinds: TouchReader = (input) => every("read", ...kindsOf(readList(input.query, "type"), used))(input);

const version: Row = { action: "system.version", op: "read", touches: [], handshake: true };
const ping: Row = { action: "system.ping", op: "read", touches: [], handshake: true };
const debug: Row = {
  action: "system.debug",
  op: "write",
  query: { seconds: text, debug: text, gc: text },
  touches: [guard("engine")],
};

/** The engine itself. */
export const engine: Rows = {
  "HEAD /_ping": ping,
  "GET /_ping": ping,
  "GET /version": version,
  "GET /info": { action: "system.info", op: "read", listing: "info", touches: [system("info", "read")] },
  "GET /events": {
    action: "system.events",
    op: "read",
    query: { since: text, until: text, filters },
    listing: "event",
    touches: [system("events", "read"), toldKinds],
    stream: () => true,
  },
  "GET /system/df": {
    action: "system.df",
    op: "read",
    query: { type: list, verbose: flag },
    listing: "df",
    touches: [system("df", "read"), usedKinds],
  },
  "POST /auth": { action: "system.auth", op: "write", body: json, touches: [readAuth] },
  // Only where the engine runs in debug mode: its memory and its command line
  "GET /debug/{part*}": debug,
};

function kindsOf<K>(types: readonly string[] | undefined, known: Readonly<Record<string, K>>): readonly K[] {
  if (types === undefined || types.length === 0) return Object.values(known);
  return types.map((type) => {
    if (!Object.hasOwn(known, type)) throw new Unread("the request asks about a type that is not known");
    return known[type] as K;
  });
}
