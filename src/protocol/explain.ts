/** A request to the engine that is to be explained, not made. */
export interface AskedRequest {
  /** As it would be sent: `GET`, `POST` … */
  readonly method: string;
  /** The raw request target, undecoded. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** base64. */
  readonly body?: string;
}

/** A container or an exec that a request would create, under an id that whoever asks has made up. */
export interface MadeThing {
  /** 64 hex digits. */
  readonly id: string;
  readonly by: AskedRequest;
}

/**
 * `POST /v1/explain` with `Authorization: Bearer ID`: what would become of a request at the plugin's door. 200 also
 * where it would be refused; nothing of it is done.
 */
export interface Explain extends AskedRequest {
  /** The id that would send it, in place of the one that asks; only the root id may ask about another. */
  readonly id?: string;
  /** The address that it would come from; the plugin's door sees none, and only the root id may pretend one. */
  readonly address?: string;
  /** What requests before it would have created, oldest first. */
  readonly made?: readonly MadeThing[];
}

/** One thing that the request would touch. */
export interface ExplainedTouch {
  readonly kind: string;
  /**
   * To the root id as the engine resolved it, to any other as the request spells it. `*` is all of a kind, `+` what the
   * request would create, or what is `made`.
   */
  readonly id: string;
  readonly level: string;
  /** Names of it; to any but the root id only those that the request itself gives. */
  readonly names?: readonly string[];
}

/** Its answer. */
export interface Explanation {
  /** From the request table; `unknown` where it is none of them. */
  readonly action: string;
  readonly op: "read" | "write";
  /** Asked of an id's signature, revocation, time, address and host alone. */
  readonly handshake: boolean;
  /** Its answer would outlive the request. */
  readonly stream: boolean;
  /** To any but the root id only what the request itself names: a container's powers over the host are not told here. */
  readonly touches: readonly ExplainedTouch[];
  /** Why the request was not understood, where it was not; the root id's requests pass all the same. */
  readonly unread?: string;
  readonly verdict: "allowed" | "refused";
  /** Of a refusal: the caveats, and the rules that bind every restricted id, that said no. */
  readonly reasons: readonly { readonly caveat?: string; readonly why: string }[];
}
