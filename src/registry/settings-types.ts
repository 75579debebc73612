import type { Block } from "../caveats/address.ts";
import type { Rule } from "./rules.ts";

/** Where the door listens; `host` is an address, a name of the machine's, or `::` for every address that it has. */
export interface DoorAddress {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
}

/** How one service's tokens are signed; paths are absolute and name PEM files. */
export interface SigningSettings {
  readonly issuer: string;
  readonly certificate: string;
  readonly key: string;
  /** Certificates that registries may still hold while keys change. */
  readonly retiring?: readonly string[];
  readonly x5c: boolean;
  readonly kid: "libtrust" | "rfc7638" | { readonly text: string };
  /** From 60 to 300. */
  readonly lifeSeconds: number;
}

/** Where one service's users are; paths are absolute. */
export interface UsersSettings {
  readonly users: Readonly<Record<string, UserSettings>>;
  readonly htpasswd?: string;
  readonly vault?: VaultSettings;
}

/** A user of the file itself. */
export interface UserSettings {
  /** A hash, as `docker-id registry hash` writes it. */
  readonly password: string;
  readonly labels?: Readonly<Record<string, string | readonly string[]>>;
  /** godoauth's access string. */
  readonly access?: string;
}

/** A Vault, or one that speaks like it, and the mount of its key-value store that holds the users. */
export interface VaultSettings {
  readonly address: string;
  readonly mount: string;
  readonly kv: 1 | 2;
  readonly auth:
    | { readonly token: string }
    | { readonly tokenFile: string }
    | { readonly roleId: string; readonly secretIdFile: string; readonly mount?: string };
  readonly namespace?: string;
  readonly ca?: string;
  readonly timeoutMs: number;
  /** Below the mount, where the users are not at its top. */
  readonly path?: string;
}

/** One registry that tokens are made for. */
export interface ServiceSettings {
  readonly name: string;
  /** What the registry is called in images' names, `HOST:PORT`. */
  readonly hosts: readonly string[];
  readonly signing: SigningSettings;
  readonly users: UsersSettings;
  readonly rules: readonly Rule[];
}

/** How the registry's door is opened. */
export interface RegistrySettings {
  readonly listen: readonly DoorAddress[];
  /** For its https; PEM files. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Longest that one request may take. */
  readonly timeoutMs: number;
  /** Whose X-Forwarded-For is believed. */
  readonly trusted: readonly Block[];
  readonly services: readonly ServiceSettings[];
  /** godoauth's way: whatever plain name is asked for is a service, and the mount that holds its users. */
  readonly anyService?: (name: string) => ServiceSettings | undefined;
  readonly events?: { readonly secretFile: string; readonly bodyBytes: number };
  readonly limits: RegistryLimits;
  /** What whoever starts it should know, a sentence each; of the warnings, what should not stay so. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** What the door bears before it says no. */
export interface RegistryLimits {
  /** Distinct wrong passwords of one user from one address within the window. */
  readonly failures: number;
  readonly windowMs: number;
  /** Passwords that are hashed at once, and those that wait for it. */
  readonly hashing: number;
  readonly waiting: number;
}
