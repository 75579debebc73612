import type { Code } from "./errors.ts";

/** 0 done, 1 failed, 2 misused, 3 refused, 4 no id, verifier or keychain. A new code does not compile until it has one. */
export const exitStatus = {
  misuse: 2,
  failed: 1,
  not_found: 1,
  conflict: 3,
  refused: 3,
  wrong_secret: 3,
  no_id: 4,
  no_verifier: 4,
  wrong_engine: 3,
  no_engine: 1,
  no_keychain: 4,
  unreadable: 3,
} as const satisfies Record<Code, 1 | 2 | 3 | 4>;
