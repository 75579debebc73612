import type { Attempt, Circumstances, EngineRequest, Unreadable } from "../../docker/attempt.ts";
import type { Reason } from "../../policy/decision.ts";
import type { VerifiedToken } from "../../policy/token.ts";
import type { NotFound, World } from "./world.ts";

/** An attempt as a door received it. */
export interface Presented {
  readonly door: Circumstances["door"];
  /** The id's text, unverified; undefined when none came. */
  readonly token: string | undefined;
  /** The single-use value of the verifier's own questions, unverified. */
  readonly pass?: string | undefined;
  readonly request: EngineRequest;
  readonly circumstances: Omit<Circumstances, "now" | "door" | "engine">;
  /** By what strangers are counted: an address, or the door's name where it knows none. */
  readonly source: string;
  /** The door cannot cut an endless answer, and so must not begin one for an id that expires. */
  readonly refuseStreams: boolean;
}

/** What becomes of an attempt; a refusal comes with one line for whoever was refused. */
export type Admission = Judgement &
  (
    | { readonly verdict: "allowed" }
    | { readonly verdict: "refused"; readonly reasons: readonly [Reason, ...Reason[]]; readonly message: string }
  );

/** On what it was decided, as far as it came to that. */
interface Judgement {
  /** The id, where it verified; absent too for the verifier's own questions and while the engine is open. */
  readonly token?: VerifiedToken;
  /** What a restricted id's request was read as. */
  readonly attempt?: Attempt | Unreadable;
  /** At a door that sends requests on in its own words: what an allowed one needs for that. */
  readonly world?: World;
  /** There too: a refusal is answered as if the engine knew no such thing, or did not answer. */
  readonly notFound?: NotFound;
}
