import { open } from "node:fs/promises";
import { Failure } from "../../../errors.ts";
import type { Log } from "../../log.ts";
import type { VaultSettings } from "../users.ts";
import { isToken, readLogin, readTokenLife, type TokenLife } from "./answers.ts";
import type { Client } from "./client.ts";
import { pathOfLogin, type Target } from "./target.ts";

/** A token and, where it may say so itself, how long it lives. */
export interface Credentials {
  readonly token: string;
  readonly life?: TokenLife;
}

/** A way to come by a token; each call may give another one. Rejects with Failure("failed") when there is none now. */
export type Login = () => Promise<Credentials>;

export interface LoginNeeds {
  readonly client: Client;
  readonly target: Target;
  readonly log: Log;
}

/** The way that the settings want; throws Failure("misuse") where they cannot be meant. */
export function createLogin(auth: VaultSettings["auth"], { client, target, log }: LoginNeeds): Login {
  const readSecretFile = createSecretReader(log);
  if ("roleId" in auth) {
    const path = pathOfLogin(auth.mount);
    return async () => {
      // Read each time: whoever rotates it need not restart us
      const body = { role_id: auth.roleId, secret_id: await readSecretFile(auth.secretIdFile) };
      return readLogin(await client.ask({ method: "POST", path, body }), target);
    };
  }
  if ("token" in auth && !isToken(auth.token)) throw new Failure("misuse", "Vault's token is none");
  return async () => {
    const token = "token" in auth ? auth.token : await readSecretFile(auth.tokenFile);
    const answer = await client.ask({ method: "GET", path: "/v1/auth/token/lookup-self", token });
    const life = readTokenLife(answer, target);
    return life === undefined ? { token } : { token, life };
  };
}

/** Reads a file that holds a secret and nothing else; says once when it is everybody's. */
function createSecretReader(log: Log): (path: string) => Promise<string> {
  let warned = false;
  return async (path) => {
    const { text, mode } = await read(path).catch((cause: unknown) => {
      throw new Failure("failed", "a file of Vault's credentials cannot be read", { hint: path, cause });
    });
    if ((mode & 0o007) !== 0 && !warned) {
      log.warn(`${path} holds credentials of Vault, and every user of this machine may use it`);
      warned = true;
    }
    const secret = text.trim();
    if (isToken(secret)) return secret;
    throw new Failure("failed", "a file of Vault's credentials does not hold one", { hint: path });
  };
}

async function read(path: string): Promise<{ text: string; mode: number }> {
  const file = await open(path, "r");
  try {
    return { mode: (await file.stat()).mode, text: await file.readFile("utf8") };
  } finally {
    await file.close();
  }
}
