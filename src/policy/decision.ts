/** Why a request was refused: by which caveat of the token, or by no caveat but by a rule that binds every restricted id. */
export interface Reason {
  /** The caveat as it stands in the token, `name=value`. */
  readonly caveat?: string;
  /** A sentence for a person, without a final stop. */
  readonly why: string;
}

/** The verdict on one attempt. A refusal is a value and has at least one reason. */
export type Decision =
  | { readonly verdict: "allowed" }
  | { readonly verdict: "refused"; readonly reasons: readonly [Reason, ...Reason[]] };
