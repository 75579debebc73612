import type { Explanation } from "../protocol/explain.ts";

/** One request, and what would become of it. */
export interface Step {
  readonly method: string;
  /** With `NEW` for what a request before it would have created. */
  readonly target: string;
  /** It is about something that a request before it would have created. */
  readonly follows: boolean;
  /** Absent where the verifier cannot know what it is about. */
  readonly explanation?: Explanation;
}

/** A request, or all that a command asks, explained. */
export interface Explained {
  readonly verdict: "allowed" | "refused";
  /** Nothing more would be asked, and each request has a verdict. */
  readonly complete: boolean;
  readonly requests: readonly Step[];
}

/** One refusal is enough, for docker stops there. */
export function verdictOf(steps: readonly Step[]): Explained["verdict"] {
  return steps.some(({ explanation }) => explanation?.verdict === "refused") ? "refused" : "allowed";
}
