import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Failure } from "../../../errors.ts";
import { isAccountName } from "../account-name.ts";
import type { VaultSettings } from "../users.ts";

/** Where a Vault is and whom to believe that it is this one. */
export interface Target {
  readonly origin: URL;
  /** PEM certificates, in place of the system's. */
  readonly ca?: string;
  readonly namespace?: string;
  readonly timeoutMs: number;
  /** Its name in sentences: the address. */
  readonly title: string;
}

// What Vault keeps there is its own, and no store of anybody's users
const reserved = new Set(["sys", "auth", "identity", "cubbyhole"]);

/** Reads the settings; throws Failure("misuse") for an address, mount, namespace or certificate file that is none. */
export function readTarget(settings: VaultSettings): Target {
  const origin = URL.canParse(settings.address) ? new URL(settings.address) : undefined;
  const isBare = origin?.pathname === "/" && origin.search === "" && origin.hash === "" && origin.username === "";
  if (origin === undefined || !isBare || origin.password !== "" || !/^https?:$/.test(origin.protocol)) {
    throw new Failure("misuse", "Vault's address is none", { hint: "give https://HOST:PORT" });
  }
  const { namespace, ca } = settings;
  return {
    origin,
    timeoutMs: settings.timeoutMs,
    title: origin.origin,
    ...(namespace === undefined ? {} : { namespace: toSegments(namespace, "Vault's namespace").join("/") }),
    ...(ca === undefined ? {} : { ca: readCertificates(ca) }),
  };
}

/** The path of a user's secret, by the user's name; the name has to be one. */
export function pathOfUsers(settings: Pick<VaultSettings, "mount" | "kv" | "path">): (name: string) => string {
  const mount = toSegments(settings.mount, "Vault's mount");
  if (reserved.has(mount[0] ?? "")) throw new Failure("misuse", "Vault keeps no users at that mount");
  const within = settings.path === undefined ? [] : toSegments(settings.path, "the path in Vault's mount");
  const folder = toPath([...mount, ...(settings.kv === 2 ? ["data"] : []), ...within]);
  return (name) => `${folder}/${encodeURIComponent(name)}`;
}

/** The path of a login at a mount of AppRole's. */
export function pathOfLogin(mount = "approle"): string {
  return toPath(["auth", ...toSegments(mount, "the mount of Vault's AppRole"), "login"]);
}

function toPath(segments: readonly string[]): string {
  return `/v1/${segments.map(encodeURIComponent).join("/")}`;
}

function toSegments(path: string, what: string): string[] {
  const segments = path.replace(/^\/|\/$/g, "").split("/");
  if (segments.every(isAccountName)) return segments;
  throw new Failure("misuse", `${what} is none`);
}

function readCertificates(path: string): string {
  try {
    const text = readFileSync(path, "utf8");
    const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (certificates.length === 0) throw new Failure("misuse", "it holds no certificate");
    // One that cannot be read would be passed over in silence
    for (const certificate of certificates) void new X509Certificate(certificate);
    return certificates.join("\n");
  } catch (cause) {
    throw new Failure("misuse", "the certificates that vouch for Vault cannot be read", { hint: path, cause });
  }
}
