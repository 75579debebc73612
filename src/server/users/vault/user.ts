import { createHash, timingSafeEqual } from "node:crypto";
import { Failure } from "../../../errors.ts";
import { longestPassword, looksHashed, readPasswordRecord } from "../../../registry/password-record.ts";
import { fingerprintOf } from "../fingerprint.ts";
import type { FoundUser, Hashing } from "../users.ts";
import type { Secret } from "./answers.ts";

/** The user that a secret makes, with its hash where it has one; or why it makes none. */
export function toUser(
  name: string,
  { password: stored, access }: Secret,
  hashing: Hashing,
): { readonly found: FoundUser; readonly hash: string | undefined } | { readonly odd: string } {
  const isHash = looksHashed(stored);
  try {
    if (isHash) readPasswordRecord(stored);
  } catch (error) {
    if (error instanceof Failure) return { odd: error.message };
    throw error;
  }
  const found: FoundUser = {
    name,
    fingerprint: fingerprintOf(name, stored),
    labels: {},
    ...(access === undefined ? {} : { access }),
    passwordIs: async (given) => (isHash ? await hashing.verify(stored, given) : isSame(stored, given)),
  };
  return { found, hash: isHash ? stored : undefined };
}

/** Of digests, so that neither length nor first difference shows in the time. */
function isSame(stored: string, given: string): boolean {
  if (Buffer.byteLength(given) > longestPassword) return false;
  return timingSafeEqual(digestOf(stored), digestOf(given));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
