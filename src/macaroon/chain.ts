import { fault } from "./faults.ts";
import { hmac } from "./hmac.ts";

// HMAC pads a key with zeros, so this is the key "macaroons-key-generator" of every macaroon library
const keyGenerator = Buffer.alloc(32);
keyGenerator.write("macaroons-key-generator", "latin1");

/** The signature of a token before any caveat; throws Failure("misuse") unless the root key is 32 bytes. */
export function firstSignature(rootKey: Uint8Array, identifier: string): Uint8Array {
  if (rootKey.length !== 32) throw fault("rootKey");
  return hmac(hmac(keyGenerator, rootKey), identifier);
}

/** The given signature, then one more after each caveat. */
export function extend(signature: Uint8Array, caveats: readonly string[]): [Uint8Array, ...Uint8Array[]] {
  const chain: [Uint8Array, ...Uint8Array[]] = [signature];
  for (const caveat of caveats) {
    signature = hmac(signature, caveat);
    chain.push(signature);
  }
  return chain;
}
