import type { GodoauthFile } from "./godoauth.ts";
import type { RegistrySettings } from "./settings-types.ts";

/** What was found out about a file of godoauth's. */
export interface GodoauthFindings {
  readonly lifeSeconds: number;
  /** Passwords reach the door in the clear from other machines. */
  readonly exposed: boolean;
  /** Vault's token and the passwords in it travel in the clear. */
  readonly vaultExposed: boolean;
}

/** What is mended of what godoauth did, and what of the file is not followed, a sentence each, for the log. */
export function noteGodoauth(
  file: GodoauthFile,
  found: GodoauthFindings,
): Pick<RegistrySettings, "notes" | "warnings"> {
  const { log, storage, http, token } = file;
  const notes = [
    "this is godoauth's configuration: each service that is asked for is the mount in Vault that holds its users",
    "a wrong password is answered with 401, where godoauth said 403",
    "passwords are compared in constant time; one that is kept in Vault as a hash of docker-id registry hash is read too",
    "wrong passwords are counted, and too many different ones answered with 429",
    "several scopes may be asked for at once, and repository names may hold colons",
    "delete and the catalog can be granted by a user's access; * in it is pull, push and delete",
    "what a user's access does not grant is left out of the token; godoauth put in what was asked for",
    "a user's name is encoded in Vault's path; one with a slash or .. in it is nobody's",
    "a service is a plain name of letters, digits, dots, dashes and underscores, and none of Vault's own mounts",
    "an answer of Vault's that cannot be read is an error of that one request",
    "without a password nothing can be had, as with godoauth; registry.rules of docker-id's own file can allow anonymous pulls",
    "ids of docker-id are taken in place of passwords, and refresh tokens are given where they are asked for",
  ];
  if (token.expiration !== found.lifeSeconds) {
    notes.push(
      `tokens live ${found.lifeSeconds} seconds, not what token.expiration says: they cannot be taken back, so that ` +
        "from 60 to 300 is the bound",
    );
  }
  const { certificate, key, clientcas } = http.tls ?? {};
  if ((certificate === undefined) !== (key === undefined)) {
    notes.push("http.tls has only one of certificate and key, and so is not followed, as with godoauth");
  }
  if (clientcas !== undefined && clientcas !== null)
    notes.push("http.tls.clientcas is not followed: registry clients have no certificates");
  if (log?.file !== undefined) notes.push("log.file is not followed: the log goes to stderr");
  if (storage.vault.pool !== undefined)
    notes.push("storage.vault.pool is not followed: connections are kept as they are needed");
  const warnings: string[] = [];
  if (found.exposed)
    warnings.push("http.addr is reached by other machines without TLS: ids and passwords travel in the clear");
  if (found.vaultExposed)
    warnings.push("storage.vault.proto is http: Vault's token and the passwords travel in the clear");
  return { notes, warnings };
}
