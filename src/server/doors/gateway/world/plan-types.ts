import type { EngineRequest } from "../../../../docker/attempt.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { Admission } from "../../../gate.ts";

/** What becomes of a request at the gateway: it goes on to the engine in our words, or is answered at once. */
export type Plan = Forward | Answered;

/** An answer of the gateway's own, in the engine's form. */
export interface Answered {
  readonly status: number;
  readonly json: object;
}

/** What is sent to the engine, and what is made of its answer. */
export interface Forward {
  readonly method: string;
  /** Origin form, canonical and with full ids; for the root id as it was sent. */
  readonly target: string;
  /**
   * Our own serialization of a body that was read; `stream`: the client's bytes, as they come and in a framing of our
   * own; absent: none, whatever the client sent.
   */
  readonly body?: Uint8Array | "stream";
  /** Lower-case names; they take the place of the client's own. Length and framing are the transport's. */
  readonly setHeaders: Readonly<Record<string, string>>;
  /** Lower-case names of the client's that do not go on, besides those that never do. */
  readonly dropHeaders: readonly string[];
  readonly answer: AnswerPlan;
  /** What is made of an answer by which the engine refuses, where that is to say less. */
  readonly refusal?: RewriteJson;
}

/** A JSON text that is read to its end first. */
export interface RewriteJson {
  readonly kind: "json";
  readonly rewrite: (value: unknown) => Promise<Rewritten>;
}

/** What is made of the engine's answer. Statuses other than 200 are passed on as they are, but for refusals. */
export type AnswerPlan =
  /** Passed on as it is, at any size. */
  | "whole"
  | RewriteJson
  /** JSON values, one a line, each passed on as soon as it was judged; undefined drops it. */
  | { readonly kind: "lines"; readonly keep: (value: unknown) => Promise<unknown> };

/** What the client gets in place of an answer's JSON. */
export type Rewritten = { readonly json: unknown } | Answered;

/** What a plan is made from. */
export interface PlanInput {
  /** As it was shown to the gate, with its body where `bodyOf` says that it is read. */
  readonly request: EngineRequest;
  /** What the gate made of it, a refusal too: it becomes the answer. */
  readonly admission: Admission;
  /** Asked for what a list's items do not tell of themselves. */
  readonly engine: Pick<Engine, "inspect" | "list">;
}

/** Makes the plan; rejects only when the engine does not answer and for a fault of ours, and then nothing is sent. */
export type PlanForward = (input: PlanInput) => Promise<Plan>;
