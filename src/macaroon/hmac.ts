import { hash } from "node:crypto";
import { fault } from "./faults.ts";
import { limits } from "./macaroon.ts";

const block = 64;
const size = 32;

// Keys are half a block, so the second half of each pad never changes
const inner = Buffer.alloc(block + limits.bytes, 0x36);
const outer = Buffer.alloc(block + size, 0x5c);

/**
 * HMAC-SHA256 (RFC 2104) for keys of exactly 32 bytes and messages of at most 8192, ASCII when text. It stands in for
 * `createHmac`, which takes ten times as long with a new key each time, as a chain of caveats has: two one-shot hashes
 * that give strings, since every Buffer that Node makes for a digest costs more than the digest.
 */
export function hmac(key: Uint8Array, message: string | Uint8Array): Uint8Array {
  if (key.length !== size) throw fault("rootKey");
  if (message.length > limits.bytes) throw fault("tooLong");
  for (let at = 0; at < size; at++) {
    const byte = key[at] as number;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  if (typeof message === "string") inner.write(message, block, "latin1");
  else inner.set(message, block);
  outer.write(hash("sha256", inner.subarray(0, block + message.length), "binary"), block, "latin1");
  const digest = hash("sha256", outer, "binary");
  const code = new Uint8Array(size);
  for (let at = 0; at < size; at++) code[at] = digest.charCodeAt(at);
  return code;
}
