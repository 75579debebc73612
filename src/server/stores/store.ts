/** The state that a store records. Open is a recorded fact, never an absence. */
export type RecordedState = { readonly kind: "open" } | { readonly kind: "guarded"; readonly kid: string };

/** A root key as the store keeps it. */
export interface RootKey {
  /** 32 hex digits. */
  readonly kid: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 32 bytes; absent when the key is random. */
  readonly salt?: Uint8Array;
  /** The first root id's macaroon identifier. */
  readonly identifier: string;
}

/** What `revoke` records. */
export interface Revocation {
  /** SHA-256 of the signature of the revoked token, or the link that was named. */
  readonly point: { readonly signature: Uint8Array } | { readonly link: string };
  /** When it may be forgotten; absent: never. */
  readonly until?: Date;
}

/**
 * Where root keys, revocations and the recorded state live. Every method rejects rather than guess: the gate turns a
 * rejection into a refusal. What a resolved promise acknowledged survives `kill -9`. One suite in test/suites runs on
 * every store.
 */
export interface Store {
  /** Rejects when the store is gone, replaced, corrupt or cannot be read. */
  state(): Promise<RecordedState>;
  /** A number that changes whenever anything in the store may have changed, other processes' writes too; cheap enough to ask at every decision. */
  version(): number;
  /** The key by its id; undefined when it was never installed or is retired. */
  rootKey(kid: string): Promise<RootKey | undefined>;
  /** Open → guarded, in one step; rejects with Failure("conflict") when guarded or when the KID was ever used. */
  install(key: RootKey): Promise<void>;
  /** Guarded → open, in one step; retires the KID for good; rejects with Failure("conflict") when it is not the one in force. */
  retire(kid: string): Promise<void>;
  /** Whether the KID was ever retired here. */
  retired(kid: string): Promise<boolean>;
  /** Records a revocation; recording it again is no error. */
  revoke(revocation: Revocation): Promise<void>;
  /** Whether any of the points is revoked: SHA-256 digests of signatures along a chain, and links. */
  revoked(digests: readonly Uint8Array[], links: readonly string[]): Promise<boolean>;
  /** Forgets what may be forgotten by then; gives how many. */
  forget(now: Date): Promise<number>;
  close(): Promise<void>;
}
