import { readFile, stat } from "node:fs/promises";
import { Failure } from "../../errors.ts";
import { describeError } from "../log.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { readHtpasswd } from "./htpasswd.ts";
import type { Source, UsersNeeds } from "./open-users.ts";
import type { StandIns } from "./stand-ins.ts";

const mostBytes = 16 * 1024 * 1024;
/** How often the file is looked at while users come. */
export const htpasswdLookMs = 1000;
/** Written so recently, a file may be written again within the resolution of its times. */
const youngMs = 2000;

interface Read {
  readonly users: ReadonlyMap<string, string>;
  /** The file's state; undefined where that does not yet say that it stays as it is. */
  readonly stamp: string | undefined;
}

/**
 * Users of an htpasswd file, which is read again once it has changed. Rejects with Failure("misuse") when it cannot be
 * read; when a later edit cannot be, or the file is gone, those who were in it stay, and the log says so.
 */
export async function openHtpasswdUsers(path: string, s: UsersNeeds, standIns: StandIns): Promise<Source> {
  let good = await read(path, s.clock);
  let bad: { readonly stamp: string | undefined; readonly why: string } | undefined;
  let looked = s.clock().getTime();
  let looking: Promise<void> | undefined;
  const note = () => {
    for (const stored of good.users.values()) standIns.note(stored);
  };
  note();

  const look = async (): Promise<void> => {
    const stamp = await stampOf(path, s.clock).catch(() => undefined);
    if (stamp !== undefined && (stamp === good.stamp || stamp === bad?.stamp)) return;
    try {
      good = await read(path, s.clock);
      bad = undefined;
      note();
    } catch (error) {
      const why = describeError(error);
      if (why !== bad?.why) s.log.warn(`${path}: the users stay as they were: ${why}`);
      bad = { stamp, why };
    }
  };

  return {
    async find(name) {
      if (Math.abs(s.clock().getTime() - looked) >= htpasswdLookMs) {
        looking ??= look().finally(() => {
          looked = s.clock().getTime();
          looking = undefined;
        });
        await looking;
      }
      const stored = good.users.get(name);
      if (stored === undefined) return undefined;
      return {
        name,
        fingerprint: fingerprintOf(name, stored),
        labels: {},
        passwordIs: async (password) => await s.hashing.verify(stored, password),
      };
    },
    close: () => undefined,
  };
}

async function read(path: string, clock: () => Date): Promise<Read> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw new Failure("misuse", "the htpasswd file is larger than 16 MiB");
    // Before it is read: what changes meanwhile is seen the next time
    const stamp = await stampOf(path, clock);
    return { users: readHtpasswd(await readFile(path, "utf8")), stamp };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("misuse", "the htpasswd file cannot be read", { hint: path, cause: error });
  }
}

async function stampOf(path: string, clock: () => Date): Promise<string | undefined> {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = await stat(path, { bigint: true });
  const isYoung = Math.abs(clock().getTime() - Number(ctimeMs)) < youngMs;
  return isYoung ? undefined : [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
