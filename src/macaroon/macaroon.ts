/**
 * A macaroon as it stands in its bytes; nothing in it has been verified. Only first-party caveats exist here: a token
 * with a third-party caveat does not parse.
 */
export interface Macaroon {
  /** A hint by whoever minted it. Not signed: never decide on it. */
  readonly location: string;
  /** ASCII. Ours read `docker-id:1:KID:NONCE`; see `identifier.ts`. */
  readonly identifier: string;
  /** Caveats in the order in which they were added, ASCII, uninterpreted. */
  readonly caveats: readonly string[];
  /** 32 bytes. */
  readonly signature: Uint8Array;
}

/** Limits of every token that is read or written. */
export const limits = {
  /** Most caveats that a token may carry. */
  caveats: 64,
  /** Longest serialization, in bytes, of the text as presented. */
  bytes: 8192,
} as const;

/** What stands before the base64url of a serialized token, for secret scanners. */
export const prefix = "dkid_";
