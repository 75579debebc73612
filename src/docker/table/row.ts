import type { Touch } from "../attempt.ts";
import type { BodyRule } from "../body.ts";
import type { BodyInput } from "../body-reader.ts";
import type { Parameters } from "../parameters.ts";
import type { Query } from "../query.ts";

/** What is known of a request when its touches are read. */
export interface RowInput extends BodyInput {
  /** What stands in the target for the row's `{…}`, by their names. */
  readonly names: Readonly<Record<string, string>>;
}

/** Reads some of what a request touches; throws Unread. Every reader of a body is one. */
export type TouchReader = (input: RowInput) => readonly Touch[] | Promise<readonly Touch[]>;

/** What a narrowed request answers with: a list of things, their events, their use of the disk, or what it removed. */
export type Listing =
  | "container"
  | "image"
  | "volume"
  | "network"
  | "plugin"
  | "service"
  | "task"
  | "node"
  | "secret"
  | "config"
  | "event"
  | "df"
  | "info"
  | "prune";

/** What one operation of the engine's API is. */
export interface Row {
  /** `area.verb`, as docker speaks of it. */
  readonly action: string | ((query: Query) => string);
  /** Whether it reads or writes in truth, whatever its method says. */
  readonly op: "read" | "write" | ((query: Query) => "read" | "write");
  /** Parameters that it takes; any other is refused. */
  readonly query?: Parameters;
  /** None where it is left out. */
  readonly body?: BodyRule | ((query: Query) => BodyRule);
  readonly touches: readonly TouchReader[];
  /** Asked of an id's signature, revocation, time, address and host alone. */
  readonly handshake?: true;
  /** Where it speaks of all of a kind: how its answer tells of each of them, so that it can be narrowed. */
  readonly listing?: Listing;
  /** Whether the answer outlives the request. */
  readonly stream?: (input: BodyInput) => boolean;
}

/**
 * Operations by `METHOD /path`; `{name}` stands for one segment, `{name*}` for one or more. A path with a slash at its
 * end is another than the one without.
 */
export type Rows = Readonly<Record<string, Row>>;
