import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Code } from "../errors.ts";

/** The HTTP status by which each failure leaves the verifier; a new code does not compile until it has one. */
export const httpStatus = {
  misuse: 400,
  failed: 500,
  not_found: 404,
  conflict: 409,
  refused: 403,
  wrong_secret: 403,
  no_id: 401,
  no_verifier: 503,
  wrong_engine: 409,
  no_engine: 502,
  no_keychain: 500,
  unreadable: 503,
} as const satisfies Record<Code, ContentfulStatusCode>;
