import path from "node:path";
import * as z from "zod";
import { Failure } from "../errors.ts";
import { defaults } from "../protocol/defaults.ts";
import { isGodoauth, levelOfGodoauth, readGodoauth } from "../registry/godoauth.ts";
import { notOurs } from "../registry/not-ours.ts";
import { readYaml } from "../registry/read-yaml.ts";
import { readRegistrySettings, registrySchema, type RegistrySettings } from "../registry/settings.ts";
import { type GatewayFlags, gatewaySchema, type GatewaySettings, readGatewaySettings } from "./gateway-settings.ts";

/** How much the log says. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

/** What `docker-id serve` runs by; every path absolute and without dot segments. */
export interface Settings {
  readonly stateDir: string;
  /** The file outside the state folder that says that this host was guarded. */
  readonly guardedMarker: string;
  /** Paths of the sockets behind the doors, and of the engine's. */
  readonly adminSocket: string;
  readonly authzSocket: string;
  readonly dockerSocket: string;
  /** The file that these were read from, where there was one. */
  readonly configFile?: string;
  /** The group that may open the admin door; absent: `docker` where there is one. */
  readonly adminGroup?: string;
  readonly audit: { readonly path: string; readonly maxBytes: number; readonly keep: number };
  /** Longest that one decision may take before it is a refusal. */
  readonly decideTimeoutMs: number;
  /** Refuse endless answers to ids that expire, at the door that cannot cut them. */
  readonly strictStreams: boolean;
  readonly logLevel: (typeof logLevels)[number];
  readonly gateway: GatewaySettings;
  /** Absent: there is no door for registries. */
  readonly registry?: RegistrySettings;
}

/** The flags of `docker-id serve`, as typed. */
export interface SettingsFlags extends GatewayFlags {
  readonly stateDir?: string | undefined;
  readonly admin?: string | undefined;
  readonly authz?: string | undefined;
  readonly dockerHost?: string | undefined;
  readonly guardedMarker?: string | undefined;
  readonly adminGroup?: string | undefined;
  readonly strictStreams?: boolean | undefined;
  readonly logLevel?: string | undefined;
  readonly registry?: readonly string[] | undefined;
}

/** A configuration file, read. */
export interface SettingsFile {
  readonly path: string;
  readonly text: string;
  /** Everybody on this machine may read it. */
  readonly open?: boolean;
}

const MEBIBYTE = 1024 * 1024;
/** `sun_path` of a unix socket holds 108 bytes with its final zero. */
const LONGEST_SOCKET_PATH = 107;

const fileSchema = z.strictObject({
  state_dir: z.string().optional(),
  admin: z.string().optional(),
  authz: z.string().optional(),
  docker_host: z.string().optional(),
  guarded_marker: z.string().optional(),
  admin_group: z.string().min(1).optional(),
  audit: z
    .strictObject({
      path: z.string().optional(),
      max_bytes: z
        .int()
        .min(64 * 1024)
        .optional(),
      keep: z.int().min(1).max(1000).optional(),
    })
    .optional(),
  /** Seconds. */
  decide_timeout: z.number().min(0.05).max(60).optional(),
  strict_streams: z.boolean().optional(),
  log_level: z.enum(logLevels).optional(),
  gateway: gatewaySchema.optional(),
  registry: registrySchema.optional(),
});
type File = z.infer<typeof fileSchema>;

/** What a file says: ours, or godoauth's, which is about a registry alone. */
interface ReadFile extends Omit<File, "registry"> {
  readonly registry?: (flags: SettingsFlags, resolve: (inFile: string) => string, cwd: string) => RegistrySettings;
}

/**
 * Settings from flags over file over defaults. Relative paths start at `cwd` in a flag and at the file's own folder in
 * the file. Throws Failure("misuse") with a sentence that names the setting.
 */
export function readSettings(flags: SettingsFlags, file: SettingsFile | undefined, cwd: string): Settings {
  const read: ReadFile = file === undefined ? {} : readFile(file);
  const fileBase = file === undefined ? cwd : path.dirname(path.resolve(cwd, file.path));
  const choose = (flag: string | undefined, inFile: string | undefined): string | undefined => {
    if (flag !== undefined) return path.resolve(cwd, filled(flag));
    return inFile === undefined ? undefined : path.resolve(fileBase, filled(inFile));
  };
  const stateDir = choose(flags.stateDir, read.state_dir) ?? defaults.stateDir;
  const guardedMarker =
    choose(flags.guardedMarker, read.guarded_marker) ??
    (stateDir === defaults.stateDir ? defaults.marker : `${stateDir}.guarded`);
  if (isBelow(guardedMarker, stateDir)) {
    throw new Failure("misuse", `the guarded marker ${guardedMarker} must lie outside the state folder ${stateDir}`, {
      hint: "it is what remains when the state folder is lost",
    });
  }
  const adminGroup = flags.adminGroup ?? read.admin_group;
  const registry = read.registry?.(flags, (inFile) => path.resolve(fileBase, filled(inFile)), cwd);
  if (registry === undefined && flags.registry !== undefined) {
    throw new Failure("misuse", "--registry says where to listen, and there is no registry in the settings", {
      hint: "give --config FILE with a registry section",
    });
  }
  return {
    stateDir,
    guardedMarker,
    adminSocket: socketPath("admin", flags.admin ?? read.admin ?? defaults.admin),
    authzSocket: socketPath("authz", flags.authz ?? read.authz ?? defaults.authz),
    dockerSocket: socketPath("docker host", flags.dockerHost ?? read.docker_host ?? defaults.dockerHost),
    ...(file === undefined ? {} : { configFile: path.resolve(cwd, file.path) }),
    ...(adminGroup === undefined ? {} : { adminGroup }),
    audit: {
      path: choose(undefined, read.audit?.path) ?? path.join(stateDir, "audit.jsonl"),
      maxBytes: read.audit?.max_bytes ?? 64 * MEBIBYTE,
      keep: read.audit?.keep ?? 4,
    },
    decideTimeoutMs: (read.decide_timeout ?? 5) * 1000,
    strictStreams: flags.strictStreams ?? read.strict_streams ?? false,
    logLevel: logLevels.find((level) => level === flags.logLevel) ?? read.log_level ?? "info",
    gateway: withSockets(readGatewaySettings(flags, read.gateway ?? {}, choose)),
    ...(registry === undefined ? {} : { registry }),
  };
}

function readFile({ path: name, text, open = false }: SettingsFile): ReadFile {
  let document: unknown;
  try {
    // An empty file sets nothing.
    document = readYaml(text) ?? {};
  } catch {
    // The reader's own words quote the file, which may hold secrets
    throw new Failure("misuse", `${name} is not readable as YAML`);
  }
  if (isGodoauth(document)) return readGodoauthFile(name, document, open);
  const read = fileSchema.safeParse(document);
  if (!read.success) throw notOurs(name, "docker-id", read.error);
  const { registry, ...rest } = read.data;
  if (registry === undefined) return rest;
  return {
    ...rest,
    registry(flags, resolve) {
      const listen = flags.registry ?? registry.listen ?? [];
      if (listen.length === 0) {
        throw new Failure("misuse", "the registry's door has no address", {
          hint: "set registry.listen, or give --registry http://127.0.0.1:5101",
        });
      }
      return readRegistrySettings(registry, resolve, listen);
    },
  };
}

function readGodoauthFile(name: string, document: Record<string, unknown>, open: boolean): ReadFile {
  const level = levelOfGodoauth(document);
  return {
    ...(level === undefined ? {} : { log_level: level }),
    registry(flags, _, cwd) {
      if (flags.registry !== undefined) {
        throw new Failure("misuse", "--registry does not go with godoauth's file, which says where to listen itself");
      }
      // Where it is called is where godoauth began
      const settings = readGodoauth(name, document, (inFile) => path.resolve(cwd, filled(inFile)));
      if (!open) return settings;
      const warning = `${name} may be read by everybody on this machine, and holds Vault's token: chmod 600`;
      return { ...settings, warnings: [...settings.warnings, warning] };
    },
  };
}

function withSockets(gateway: GatewaySettings): GatewaySettings {
  const listen = gateway.listen.map((address) =>
    address.kind === "unix" ? { ...address, path: socketPath("gateway", `unix://${address.path}`) } : address,
  );
  return { ...gateway, listen };
}

function socketPath(which: string, address: string): string {
  const found = /^unix:\/\/(\/.*)$/.exec(address)?.[1];
  if (found === undefined) {
    throw new Failure("misuse", `the ${which} address must be unix:///PATH; other transports are not offered yet`);
  }
  const normal = path.normalize(found);
  if (normal.endsWith("/") || normal.includes("\0") || Buffer.byteLength(normal) > LONGEST_SOCKET_PATH) {
    throw new Failure(
      "misuse",
      `the ${which} address must name a socket by a path of at most ${LONGEST_SOCKET_PATH} bytes`,
    );
  }
  return normal;
}

function filled(value: string): string {
  if (value === "" || value.includes("\0"))
    throw new Failure("misuse", "a path in the settings is empty or unreadable");
  return value;
}

function isBelow(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
}
