import * as z from "zod";
import { Failure } from "../errors.ts";
import { isLoopback } from "./door-address.ts";
import { noteGodoauth } from "./godoauth-notes.ts";
import { notOurs } from "./not-ours.ts";
import type { DoorAddress, RegistrySettings, ServiceSettings, VaultSettings } from "./settings-types.ts";

const text = z.string().min(1).max(4096);
// What stands in the file with nothing after it is not set
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const duration = z.union([z.string(), z.number()]);

/** godoauth's file; what it never read is let be, as godoauth did. */
const godoauthSchema = z.object({
  version: optional(z.union([z.string(), z.number()])),
  log: optional(z.object({ level: optional(z.string()), file: optional(z.string()) })),
  storage: z.object({
    vault: z.object({
      proto: z.enum(["http", "https"]),
      host: z.string().regex(/^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])$/, "no host"),
      port: z.int().min(1).max(65_535),
      auth_token: text,
      timeout: optional(duration),
      pool: optional(z.number()),
    }),
  }),
  http: z.object({
    addr: text,
    timeout: optional(duration),
    tls: optional(
      z.object({ certificate: optional(z.string()), key: optional(z.string()), clientcas: z.unknown().optional() }),
    ),
  }),
  token: z.object({
    issuer: text,
    expiration: optional(z.int().min(0)),
    certificate: text,
    key: text,
  }),
});
export type GodoauthFile = z.infer<typeof godoauthSchema>;

/** Mounts of Vault's own, in which no registry's users are. */
const ownMounts = new Set(["sys", "auth", "cubbyhole", "identity"]);
const plainMount = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,62}$/;

/** Whether a document, read from YAML, is a configuration of godoauth's. */
export function isGodoauth(document: unknown): document is Record<string, unknown> {
  if (typeof document !== "object" || document === null || "registry" in document) return false;
  const storage: unknown = "storage" in document ? document.storage : undefined;
  return typeof storage === "object" && storage !== null && "vault" in storage;
}

/** What godoauth would do by its file, mended; `notes` say how. Throws Failure("misuse"), quoting no value. */
export function readGodoauth(
  name: string,
  document: Record<string, unknown>,
  resolve: (inFile: string) => string,
): RegistrySettings {
  const read = godoauthSchema.safeParse(document);
  if (!read.success) throw notOurs(name, "godoauth", read.error);
  const { storage, http, token } = read.data;
  const certificate = http.tls?.certificate;
  const key = http.tls?.key;
  const tls =
    certificate === undefined || key === undefined
      ? undefined
      : { certificate: resolve(certificate), key: resolve(key) };
  const address = readAddress(tls === undefined ? "http" : "https", http.addr);
  const signing = {
    issuer: token.issuer,
    certificate: resolve(token.certificate),
    key: resolve(token.key),
    x5c: true,
    kid: "libtrust",
    lifeSeconds: Math.min(300, Math.max(60, token.expiration ?? 60)),
  } as const;
  const vault: Omit<VaultSettings, "mount"> = {
    address: `${storage.vault.proto}://${storage.vault.host}:${storage.vault.port}`,
    kv: 1,
    auth: { token: storage.vault.auth_token },
    timeoutMs: within("storage.vault.timeout", storage.vault.timeout, 3000, 60_000),
  };
  return {
    listen: [address],
    ...(tls === undefined ? {} : { tls }),
    timeoutMs: within("http.timeout", http.timeout, 5000, 300_000),
    trusted: [],
    services: [],
    anyService: (service) => serviceOf(service, signing, vault),
    limits: { failures: 10, windowMs: 60_000, hashing: 2, waiting: 64 },
    ...noteGodoauth(read.data, {
      lifeSeconds: signing.lifeSeconds,
      exposed: tls === undefined && !isLoopback(address.host),
      vaultExposed: storage.vault.proto === "http" && !isLoopback(storage.vault.host.replace(/^\[(.*)\]$/, "$1")),
    }),
  };
}

/** How much its log says, in our words; undefined where the file says nothing that we know. */
export function levelOfGodoauth(document: Record<string, unknown>): "debug" | "info" | "warn" | "error" | undefined {
  const log: unknown = document["log"];
  const level: unknown = typeof log === "object" && log !== null && "level" in log ? log.level : undefined;
  if (level === "warning") return "warn";
  return level === "debug" || level === "info" || level === "warn" || level === "error" ? level : undefined;
}

function serviceOf(
  name: string,
  signing: ServiceSettings["signing"],
  vault: Omit<VaultSettings, "mount">,
): ServiceSettings | undefined {
  if (!plainMount.test(name) || ownMounts.has(name.toLowerCase())) return undefined;
  return { name, hosts: [], signing, users: { users: {}, vault: { ...vault, mount: name } }, rules: [] };
}

/** As Go reads it: no host is every address that there is. */
function readAddress(scheme: "http" | "https", addr: string): DoorAddress {
  const [, bracketed, plain = "", digits] = /^(?:\[([0-9A-Fa-f:]+)\]|([A-Za-z0-9._-]*)):([0-9]{1,5})$/.exec(addr) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new Failure("misuse", "http.addr is no address to listen at", {
      hint: "write it as :5002 or 127.0.0.1:5002",
    });
  }
  return { scheme, host: bracketed ?? (plain === "" ? "::" : plain), port };
}

/** A duration as Go writes it, `1m30s`, or a number of seconds; in milliseconds, and no more than `longest`. */
function within(name: string, written: string | number | undefined, usual: number, longest: number): number {
  if (written === undefined || written === "" || written === 0) return usual;
  const ms = typeof written === "number" ? written * 1000 : readGoDuration(written);
  if (ms === undefined || !(ms > 0)) {
    throw new Failure("misuse", `${name} is no duration`, { hint: "write it as 5s or 1m30s" });
  }
  return Math.min(longest, Math.max(100, Math.round(ms)));
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

function readGoDuration(written: string): number | undefined {
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(written)) return undefined;
  let ms = 0;
  for (const [, number = "", unit = ""] of written.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(number) * (units[unit] ?? Number.NaN);
  }
  return ms;
}
