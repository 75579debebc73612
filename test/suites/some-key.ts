import { randomBytes } from "node:crypto";
import type { RootKey } from "../../src/server/stores/store.ts";

/** A root key with random bytes. */
export function someKey(): RootKey {
  const kid = randomBytes(16).toString("hex");
  const identifier = `docker-id:1:${kid}:${randomBytes(16).toString("hex")}`;
  return { kid, key: randomBytes(32), salt: randomBytes(32), identifier };
}
