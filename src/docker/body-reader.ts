import type { GuardBounds, Touch } from "./attempt.ts";
import type { JsonObject } from "./json.ts";
import type { Query } from "./query.ts";
import type { Resolver } from "./resolve.ts";

/** What a reader of a body is given besides the target, which its row has read. */
export interface BodyInput {
  /** Absent where the operation's body is optional and there was none, and where it is no JSON. */
  readonly body: JsonObject | undefined;
  readonly query: Query;
  readonly resolver: Resolver;
  readonly guard: GuardBounds;
  /** Whoever decides sends the request on in words of its own, with the labels that are its own. */
  readonly rewritten?: boolean;
}

/** Reads what a body, and the query beside it, would touch; throws Unread where it does not understand all of it. */
export type BodyReader = (input: BodyInput) => Promise<readonly Touch[]>;
