/** The admin door speaks JSON under this path. */
export const adminPrefix = "/v1";

/** What the verifier says of itself; needs only the socket, and so holds nothing secret. `GET /v1/status`. */
export interface Status {
  readonly state: "open" | "guarded" | "unreadable";
  /** The key in force, 32 hex digits, when guarded. */
  readonly kid?: string;
  /** Why the state is unreadable, one sentence. */
  readonly reason?: string;
  readonly engine: {
    /** Where the verifier finds the engine, e.g. `unix:///var/run/docker.sock`. */
    readonly host: string;
    /** The engine's own id; absent until the verifier has reached it once. */
    readonly id?: string;
    readonly name?: string;
    readonly version?: string;
    readonly reachable: boolean;
    /** Whether the engine asked our plugin about the verifier's own question, just now. */
    readonly asks?: boolean;
  };
  /** The verifier's version. */
  readonly version: string;
}

/** `POST /v1/root-key`: installs the first key of an open engine; needs only the socket. 201, or 409 when guarded. */
export interface InstallRootKey {
  /** 32 hex digits, random. */
  readonly kid: string;
  /** base64url of 32 bytes. */
  readonly key: string;
  /** base64url of 32 bytes; absent when the key is random and no secret makes it. */
  readonly salt?: string;
  /** The root id's macaroon identifier, `docker-id:1:KID:NONCE`, so that a lost one can be minted again. */
  readonly identifier: string;
}

/**
 * `GET /v1/root-key/salt`: what is needed to derive the key in force from its secret; unix socket only. 404 when the
 * key was random, 409 when open.
 */
export interface RootKeySalt {
  readonly kid: string;
  readonly salt: string;
  readonly identifier: string;
}

/** `GET /v1/ids/self` with `Authorization: Bearer ID`: what the verifier makes of that id. 401 when it does not verify. */
export interface IdReport {
  readonly root: boolean;
  readonly kid: string;
  readonly links: readonly string[];
  readonly names: readonly string[];
  /** RFC 3339; the earliest of its `expires`. */
  readonly expires?: string;
  readonly expired: boolean;
  readonly revoked: boolean;
}

/** `POST /v1/revocations` with `Authorization: Bearer ID` of an ancestor, or of the root id. */
export type Revoke = { readonly id: string } | { readonly link: string };

/** Its answer, 201. */
export interface Revoked {
  /** The last link of the revoked id, or the link that was named. */
  readonly link?: string;
  /** RFC 3339: when the record may be forgotten, because everything it covers has expired by then. */
  readonly until?: string;
}

/** `DELETE /v1/root-key` with the root id: retires the key for good; the engine is open again. 200. */
export interface Destroyed {
  readonly kid: string;
}

/** The body of every answer that is not 2xx. `code` is one of `errors.ts`. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** One decision, one line. Never a token, a secret, a body or a password. */
export interface AuditLine {
  /** RFC 3339 with milliseconds. */
  readonly time: string;
  readonly door: string;
  readonly action: string;
  /** `seen`: no decision, but what a registry says was done. */
  readonly verdict: "allowed" | "refused" | "seen";
  readonly op?: "read" | "write";
  /** `kind:id:level`. */
  readonly touches?: readonly string[];
  /** The links along the token, oldest first; the names (`for`) likewise. */
  readonly links?: readonly string[];
  readonly names?: readonly string[];
  readonly root?: boolean;
  readonly address?: string;
  /** At the registry's door: which registry, and the user whose rights were asked, as far as there is one. */
  readonly service?: string;
  readonly account?: string;
  /** The registry's token that was given, or by which it was done. */
  readonly jti?: string;
  /** What a registry says of what was done: tag and digest, its own word for the request, and when, RFC 3339. */
  readonly tag?: string;
  readonly digest?: string;
  readonly request?: string;
  readonly event_time?: string;
  readonly reasons?: readonly string[];
  /** For summaries of refusals without a valid id: how many more since the last line of that source. */
  readonly count?: number;
}
