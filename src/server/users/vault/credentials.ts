import { readFile } from "node:fs/promises";
import { Failure } from "../../../errors.ts";
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

/** The way that the settings want. */
export function createLogin(auth: VaultSettings["auth"], client: Client, target: Target): Login {
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

async function readSecretFile(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Failure("failed", "a file of Vault's credentials cannot be read", { hint: path, cause });
  });
  const secret = text.trim();
  if (isToken(secret)) return secret;
  throw new Failure("failed", "a file of Vault's credentials does not hold one", { hint: path });
}
