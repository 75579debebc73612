import * as z from "zod";
import { admitName } from "../caveats/name.ts";
import { Failure } from "../errors.ts";
import { admitAccessString } from "./access-string.ts";
import type { UsersSettings, VaultSettings } from "./settings-types.ts";

/** The user name that stands for an id itself, and that nobody else may bear. */
export const ownName = "docker-id";

const text = z.string().min(1).max(4096);

const vaultSchema = z.strictObject({
  address: text,
  mount: text,
  kv: z.union([z.literal(1), z.literal(2)]).optional(),
  path: text.optional(),
  token_file: text.optional(),
  approle: z.strictObject({ role_id: text, secret_id_file: text, mount: text.optional() }).optional(),
  namespace: text.optional(),
  ca: text.optional(),
  /** Seconds. */
  timeout: z.number().min(0.1).max(60).optional(),
});

/** Where a service's users are. */
export const usersSchema = z.strictObject({
  users: z
    .record(
      z.string(),
      z.strictObject({
        password: text,
        labels: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
        access: z.string().optional(),
      }),
    )
    .optional(),
  htpasswd: text.optional(),
  vault: vaultSchema.optional(),
});

/** Reads them; paths become absolute. Throws Failure("misuse"), never quoting a value. */
export function readUsers(
  service: string,
  file: z.infer<typeof usersSchema>,
  resolve: (inFile: string) => string,
): UsersSettings {
  const users = Object.entries(file.users ?? {}).map(([name, { password, labels, access }]) => {
    admitUser(service, name);
    if (access !== undefined) admitAccess(service, name, access);
    const more = { ...(labels === undefined ? {} : { labels }), ...(access === undefined ? {} : { access }) };
    return [name, { password, ...more }] as const;
  });
  return {
    users: Object.fromEntries(users),
    ...(file.htpasswd === undefined ? {} : { htpasswd: resolve(file.htpasswd) }),
    ...(file.vault === undefined ? {} : { vault: readVault(service, file.vault, resolve) }),
  };
}

function admitUser(service: string, name: string): void {
  try {
    admitName(name);
  } catch (cause) {
    throw new Failure("misuse", `the registry's service ${service} has a user whose name cannot be one`, { cause });
  }
  if (name === ownName || name === "__proto__" || name.includes(":")) {
    throw new Failure("misuse", `the registry's service ${service} has a user whose name cannot be one`, {
      hint: `${ownName} stands for an id itself, and a colon ends a user's name`,
    });
  }
}

function admitAccess(service: string, name: string, access: string): void {
  try {
    admitAccessString(access);
  } catch (cause) {
    const why = cause instanceof Failure ? `: ${cause.message}` : "";
    throw new Failure("misuse", `the access of the user ${name} of ${service} cannot be read${why}`, { cause });
  }
}

function readVault(
  service: string,
  file: z.infer<typeof vaultSchema>,
  resolve: (inFile: string) => string,
): VaultSettings {
  const { approle, token_file: tokenFile, namespace, ca, path } = file;
  if ((approle === undefined) === (tokenFile === undefined)) {
    throw new Failure("misuse", `the Vault of ${service} needs either token_file or approle`);
  }
  return {
    address: admitVaultAddress(service, file.address),
    mount: file.mount,
    kv: file.kv ?? 2,
    auth: approle === undefined ? { tokenFile: resolve(tokenFile ?? "") } : readApprole(approle, resolve),
    ...(namespace === undefined ? {} : { namespace }),
    ...(ca === undefined ? {} : { ca: resolve(ca) }),
    timeoutMs: Math.round((file.timeout ?? 3) * 1000),
    ...(path === undefined ? {} : { path }),
  };
}

function readApprole(
  { role_id, secret_id_file, mount }: NonNullable<z.infer<typeof vaultSchema>["approle"]>,
  resolve: (inFile: string) => string,
): VaultSettings["auth"] {
  return {
    roleId: role_id,
    secretIdFile: resolve(secret_id_file),
    ...(mount === undefined ? {} : { mount }),
  };
}

function admitVaultAddress(service: string, address: string): string {
  const url = URL.parse(address);
  const plain = url !== null && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (plain && (url.protocol === "https:" || url.protocol === "http:")) return address;
  throw new Failure("misuse", `the Vault of ${service} has an address that is none`, {
    hint: "give https://HOST:PORT",
  });
}
