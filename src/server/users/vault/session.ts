import { describeError, type Log } from "../../log.ts";
import { readTokenLife, type TokenLife } from "./answers.ts";
import type { Client } from "./client.ts";
import type { Credentials, Login } from "./credentials.ts";
import type { Target } from "./target.ts";

/** The token to ask with, kept alive. */
export interface Session {
  /** Rejects with Failure("failed") while there is none. */
  token(): Promise<string>;
  /** Vault denied a question of that token: whether there is now another one to ask with. */
  replace(denied: string): Promise<boolean>;
  close(): void;
}

export interface SessionNeeds {
  readonly client: Client;
  readonly target: Target;
  readonly login: Login;
  readonly clock: () => Date;
  readonly log: Log;
}

/** How long a failed login, or a token that was found good, is not doubted again. */
const calmMs = 2000;
const longestWaitMs = 6 * 3_600_000;

/** Makes a session that logs in when it is first asked, renews its token in time, and logs in anew when that ends. */
export function createSession(s: SessionNeeds): Session {
  let current: Credentials | undefined;
  let loggingIn: Promise<Credentials> | undefined;
  let failed: { readonly error: unknown; readonly since: number } | undefined;
  let proven: { readonly token: string; readonly since: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const isRecent = (since: number): boolean => Math.abs(s.clock().getTime() - since) < calmMs;

  const logIn = async (): Promise<Credentials> => {
    // A Vault that says no is not asked again for each user who comes
    if (failed !== undefined && isRecent(failed.since)) throw failed.error;
    loggingIn ??= s
      .login()
      .then((credentials) => {
        failed = undefined;
        if (credentials.life === undefined && current?.token !== credentials.token) {
          s.log.warn("Vault does not let the token look itself up, so it is not renewed");
        }
        current = credentials;
        proven = { token: credentials.token, since: s.clock().getTime() };
        wait(credentials.life);
        return credentials;
      })
      .catch((error: unknown) => {
        failed = { error, since: s.clock().getTime() };
        throw error;
      })
      .finally(() => {
        loggingIn = undefined;
      });
    return await loggingIn;
  };

  /** Comes back when two thirds of a token's life are over. */
  const wait = (life: TokenLife | undefined, share = 2 / 3): void => {
    clearTimeout(timer);
    if (closed || life === undefined || life.seconds === 0) return;
    const ms = Math.min(Math.max(life.seconds * 1000 * share, 250), longestWaitMs);
    timer = setTimeout(() => void keepAlive(life), ms);
    timer.unref();
  };

  const keepAlive = async (life: TokenLife): Promise<void> => {
    const held = current;
    if (held === undefined) return;
    try {
      const renewed = life.renewable ? await renew(held.token) : undefined;
      // Near the end of all its time a token is renewed for less and less
      if (renewed !== undefined && renewed.seconds >= (held.life?.seconds ?? 0) / 2) wait(renewed);
      else if ((await logIn()).token === held.token) {
        s.log.warn(`Vault's token cannot be renewed any more; it ends within ${Math.ceil(life.seconds / 3)} s`);
      }
    } catch (error) {
      s.log.warn(`Vault's token could not be renewed: ${describeError(error)}`);
      const left = { seconds: life.seconds / 3, renewable: life.renewable };
      if (left.seconds >= 1) wait(left);
      // Whoever asks next logs in
      else if (current === held) current = undefined;
    }
  };

  const renew = async (token: string): Promise<TokenLife | undefined> =>
    readTokenLife(await s.client.ask({ method: "POST", path: "/v1/auth/token/renew-self", token, body: {} }), s.target);

  const isAlive = async (token: string): Promise<boolean> => {
    if (proven?.token === token && isRecent(proven.since)) return true;
    const answer = await s.client.ask({ method: "GET", path: "/v1/auth/token/lookup-self", token });
    if (readTokenLife(answer, s.target) === undefined) return false;
    proven = { token, since: s.clock().getTime() };
    return true;
  };

  return {
    async token() {
      return (current ?? (await logIn())).token;
    },
    async replace(denied) {
      if (current !== undefined && current.token !== denied) return true;
      if (await isAlive(denied)) return false;
      if (current !== undefined && current.token !== denied) return true;
      return (await logIn()).token !== denied;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
