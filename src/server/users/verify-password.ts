import { timingSafeEqual } from "node:crypto";
import { Failure } from "../../errors.ts";
import { derive } from "../../registry/hash-password.ts";
import { longestBcryptPassword, longestPassword, type PasswordRecord } from "../../registry/password-record.ts";
import { loadBcrypt, type Bcrypt } from "./load-bcrypt.ts";

let bcrypt: Promise<Bcrypt> | undefined;

/** Whether a password makes a record's hash, at the record's cost. Never for one that is empty or that is too long. */
export async function verifyPassword(record: PasswordRecord, password: string): Promise<boolean> {
  if (!isWorthHashing(record, password)) return false;
  if (record.kind !== "bcrypt") return timingSafeEqual(await derive(record, password), record.made.hash);
  const compare = await findBcrypt();
  // The addon knows the fault-free variants under one name
  return await compare(password, record.text.replace(/^\$2y\$/, "$2b$"));
}

/** Whether it is worth hashing at all, which depends on the password alone and so tells nothing of the user. */
export function isWorthHashing(record: PasswordRecord, password: string): boolean {
  const bytes = Buffer.byteLength(password);
  if (bytes === 0 || bytes > longestPassword) return false;
  // What bcrypt does not see, others' tools end at the NUL, must not be free to choose
  return record.kind !== "bcrypt" || (bytes <= longestBcryptPassword && !password.includes("\0"));
}

async function findBcrypt(): Promise<Bcrypt> {
  try {
    return await (bcrypt ??= loadBcrypt());
  } catch (cause) {
    bcrypt = undefined;
    throw new Failure("failed", "bcrypt's addon cannot be loaded, so no such password can be verified", { cause });
  }
}
