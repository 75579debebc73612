import type { EngineRequest } from "../../../docker/attempt.ts";
import type { Bad } from "../../../http1/bad.ts";
import type { HeadLimits } from "../../../http1/head-reader.ts";
import { parseRequest, type RequestHead } from "../../../http1/request.ts";
import { type Credentials, readCredentials } from "./credentials.ts";
import { readTurn, showRequest } from "./request.ts";

/** A request's head, and all that it says by itself. */
export interface Asking {
  readonly head: RequestHead;
  readonly turn: ReturnType<typeof readTurn>;
  readonly credentials: Credentials;
  /** As it is shown to the gate, where it has no body that is read. */
  readonly bare: EngineRequest;
}

/** Reads a request's head; for `createHeadReader`. */
export function readAsking(text: string, limits: HeadLimits): { kind: "head"; head: Asking } | Bad {
  const parsed = parseRequest(text, limits);
  if (parsed.kind === "bad") return parsed;
  const { head } = parsed;
  const asking = {
    head,
    turn: readTurn(head),
    credentials: readCredentials(head.fields),
    bare: showRequest(head, undefined),
  };
  return { kind: "head", head: asking };
}
