import { Failure } from "../../errors.ts";
import { readPasswordRecord } from "../../registry/password-record.ts";
import { isAccountName } from "./account-name.ts";

/**
 * Reads a file as `htpasswd -B` writes it: the bcrypt hash of each user. Throws Failure("misuse") that names the first
 * line that is anything else; the whole file is refused then, since nobody would miss whoever is left out.
 */
export function readHtpasswd(text: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const [name, stored] = [line.slice(0, colon), line.slice(colon + 1)];
    if (colon < 0 || !isAccountName(name)) throw unread(index, "names no user");
    if (users.has(name)) throw unread(index, "names a user for a second time");
    const why = whyRefused(stored);
    if (why !== undefined) throw unread(index, why);
    users.set(name, stored);
  }
  return users;
}

function whyRefused(stored: string): string | undefined {
  if (/^\$apr1\$|^\$1\$/.test(stored)) return "has an md5 hash, which is guessed in no time";
  if (stored.startsWith("{SHA}")) return "has a sha1 hash, which is guessed in no time";
  if (!/^\$2[aby]\$/.test(stored)) return "has neither a bcrypt hash nor another that is known";
  try {
    readPasswordRecord(stored);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return `cannot be used: ${error.message}`;
    throw error;
  }
}

function unread(index: number, why: string): Failure {
  return new Failure("misuse", `line ${index + 1} of the htpasswd file ${why}`, { hint: "htpasswd -B writes bcrypt" });
}
