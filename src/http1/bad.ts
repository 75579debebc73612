/** Bytes that are not read, because two readers could read them in two ways, or because they are too many. */
export interface Bad {
  readonly kind: "bad";
  /** The status that tells whoever sent a request so; the connection is good for nothing more. */
  readonly status: 400 | 413 | 417 | 431 | 501 | 505;
  /** A sentence without a final stop. */
  readonly why: string;
}

/** Says why bytes are not read. */
export function bad(why: string, status: Bad["status"] = 400): Bad {
  return { kind: "bad", status, why };
}
