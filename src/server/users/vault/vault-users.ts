import { Failure } from "../../../errors.ts";
import { describeError } from "../../log.ts";
import type { Source, UsersNeeds } from "../open-users.ts";
import { createRemembered } from "../remembered.ts";
import type { StandIns } from "../stand-ins.ts";
import type { FoundUser, VaultSettings } from "../users.ts";
import { readSecret, unanswered } from "./answers.ts";
import { createClient } from "./client.ts";
import { createLogin } from "./credentials.ts";
import { createSession } from "./session.ts";
import { pathOfUsers, readTarget } from "./target.ts";
import { toUser } from "./user.ts";

/**
 * How long Vault's answer about a user holds, so that Vault does not bound the door's rate: a user who is removed there,
 * or whose password is changed, is gone or changed here within that time.
 */
export const vaultMemoryMs = 3000;
const mostRemembered = 10_000;
const mostUnderWay = 256;

/**
 * Users as secrets of a Vault: `password`, a hash or as it is, and `access`. Throws Failure("misuse") for settings that
 * cannot be meant; whether Vault can be asked is told in the log.
 */
export async function openVaultUsers(settings: VaultSettings, s: UsersNeeds, standIns: StandIns): Promise<Source> {
  const target = readTarget(settings);
  const pathOf = pathOfUsers(settings);
  const client = createClient(target);
  const session = createSession({
    ...s,
    client,
    target,
    login: createLogin(settings.auth, { client, target, log: s.log }),
  });
  // A flood of names that nobody has pushes nobody out
  const known = createRemembered<FoundUser>(mostRemembered, vaultMemoryMs, s.clock);
  const absent = createRemembered<true>(mostRemembered, vaultMemoryMs, s.clock);
  const told = createRemembered<true>(1000, 3_600_000, s.clock);
  const underWay = new Map<string, Promise<FoundUser | undefined>>();

  const askFor = async (name: string): Promise<FoundUser | undefined> => {
    const path = pathOf(name);
    const token = await session.token();
    let answer = await client.ask({ method: "GET", path, token });
    if (answer.status === 403 && (await session.replace(token))) {
      answer = await client.ask({ method: "GET", path, token: await session.token() });
    }
    if (answer.status === 403) throw unanswered(403, target);
    const secret = readSecret(answer, settings.kv, target);
    const user = secret === undefined || "odd" in secret ? secret : toUser(name, secret, s.hashing);
    if (user === undefined || !("odd" in user)) {
      if (user !== undefined) standIns.note(user.hash);
      return user?.found;
    }
    if (told.get(name) === undefined) s.log.warn(`Vault's secret for ${JSON.stringify(name)} is no user: ${user.odd}`);
    told.set(name, true);
    return undefined;
  };

  await warnOf(target.origin, session.token(), s);
  return {
    async find(name) {
      const found = known.get(name);
      if (found !== undefined || absent.get(name) === true) return found;
      const same = underWay.get(name);
      if (same !== undefined) return await same;
      if (underWay.size >= mostUnderWay)
        throw new Failure("failed", `Vault at ${target.title} is asked too much at once`);
      const asked = askFor(name).finally(() => underWay.delete(name));
      underWay.set(name, asked);
      const user = await asked;
      if (user === undefined) absent.set(name, true);
      else known.set(name, user);
      return user;
    },
    close() {
      session.close();
      client.close();
    },
  };
}

async function warnOf(origin: URL, first: Promise<string>, { log }: UsersNeeds): Promise<void> {
  if (origin.protocol === "http:" && !/^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(origin.hostname)) {
    log.warn(
      `Vault at ${origin.origin} is asked without TLS: its token and its users' passwords can be read on the way`,
    );
  }
  await first.catch((error: unknown) => {
    log.warn(
      `Vault at ${origin.origin} gives no token yet, and is asked again when a user comes: ${describeError(error)}`,
    );
  });
}
