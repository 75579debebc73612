import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../errors.ts";
import type { Keychain } from "./keychain.ts";

type Accounts = Readonly<Record<string, string>>;

/** A file that only its user can read, for hosts that have no keychain and users who chose it. */
export function fileKeychain(folder: string): Keychain {
  const path = join(folder, "ids.json");
  return {
    title: path,
    async get(account) {
      const accounts = readAccounts(path);
      return Object.hasOwn(accounts, account) ? accounts[account] : undefined;
    },
    async set(account, secret) {
      await writeAccounts(folder, path, { ...readAccounts(path), [account]: secret });
      if (readAccounts(path)[account] !== secret)
        throw new Failure("no_keychain", `${path} did not keep what it was given`);
    },
    async delete(account) {
      const { [account]: found, ...rest } = readAccounts(path);
      if (found === undefined) return false;
      await writeAccounts(folder, path, rest);
      return true;
    },
    async list() {
      return Object.keys(readAccounts(path));
    },
  };
}

function readAccounts(path: string): Accounts {
  const text = readOwn(path);
  if (text === undefined) return {};
  try {
    const { accounts } = JSON.parse(text) as { accounts?: unknown };
    if (isAccounts(accounts)) return accounts;
  } catch {
    // The parser's message quotes what it read.
  }
  throw new Failure("no_keychain", `${path} does not read as a file of ids`, {
    hint: "move it away and put your ids in again",
  });
}

/** At once: Node's threads, which would read it meanwhile, take longer to start. Undefined where there is no file. */
function readOwn(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { mode, uid } = fstatSync(file);
    if ((mode & 0o077) !== 0 || (process.getuid !== undefined && uid !== process.getuid())) throw exposed(path);
    return readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (cause instanceof Failure) throw cause;
    throw new Failure("no_keychain", `${path} cannot be read`, { cause });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** In one step, and on the disk when this resolves: what was there before stays whole if the machine stops. */
async function writeAccounts(folder: string, path: string, accounts: Accounts): Promise<void> {
  const fresh = `${path}.${crypto.randomUUID()}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = await open(fresh, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ accounts }, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw new Failure("no_keychain", `${path} cannot be written`, { cause });
  }
}

function isAccounts(value: unknown): value is Accounts {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((secret) => typeof secret === "string");
}

function exposed(path: string): Failure {
  return new Failure("no_keychain", `${path} may be read by others, or is another user's`, {
    hint: `chmod 600 ${path}, and take back the ids in it if someone may have read them`,
  });
}
