import { createHash } from "node:crypto";

/** 32 bytes that stand for a user with the password that is stored now. */
export function fingerprintOf(name: string, stored: string): Uint8Array {
  const hash = createHash("sha256").update("docker-id registry user\0");
  for (const part of [name, stored]) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return new Uint8Array(hash.digest());
}
