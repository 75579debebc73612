import * as z from "zod";
import { type Block, readBlock } from "../caveats/address.ts";
import { admitName } from "../caveats/name.ts";
import { Failure } from "../errors.ts";
import { isGodoauth, readGodoauth } from "./godoauth.ts";
import { isLoopback, readDoorAddress } from "./door-address.ts";
import { notOurs } from "./not-ours.ts";
import { readYaml } from "./read-yaml.ts";
import { admitRule, type Rule } from "./rules.ts";
import { readSigning, signingSchema } from "./settings-signing.ts";
import { readUsers, usersSchema } from "./settings-users.ts";
import type { RegistrySettings, ServiceSettings } from "./settings-types.ts";

export type * from "./settings-types.ts";

/** Makes a path of the file absolute. */
export type ResolvePath = (inFile: string) => string;

const text = z.string().min(1).max(1024);

const ruleSchema = z.strictObject({
  match: z
    .strictObject({
      account: z.string().max(256).optional(),
      type: text.optional(),
      name: text.optional(),
      service: text.optional(),
      ip: z.array(text).optional(),
      labels: z.record(z.string(), text).optional(),
    })
    .optional(),
  actions: z.array(z.enum(["pull", "push", "delete", "*"])),
  comment: z.string().max(1024).optional(),
});

const serviceSchema = z.strictObject({
  name: z.string(),
  hosts: z.array(text).optional(),
  token: signingSchema.optional(),
  ...usersSchema.shape,
  rules: z.array(ruleSchema).optional(),
});

const seconds = z.number().min(1).max(3600);

/** `registry:` of the verifier's configuration file. */
export const registrySchema = z.strictObject({
  listen: z.array(z.string()).optional(),
  certificate: text.optional(),
  key: text.optional(),
  /** Plain HTTP that others than this machine reach. */
  insecure_tcp: z.boolean().optional(),
  /** Seconds that a request may take. */
  timeout: z.number().min(0.1).max(300).optional(),
  trusted_proxies: z.array(z.string()).optional(),
  issuer: text.optional(),
  token: signingSchema.optional(),
  services: z.array(serviceSchema).min(1).max(1000),
  events: z
    .strictObject({
      secret_file: text,
      body_bytes: z
        .int()
        .min(1024)
        .max(64 * 1024 * 1024)
        .optional(),
    })
    .optional(),
  limits: z
    .strictObject({
      failures: z.int().min(1).max(1000).optional(),
      window: seconds.optional(),
      hashing: z.int().min(1).max(64).optional(),
      waiting: z.int().min(0).max(10_000).optional(),
    })
    .optional(),
});
type File = z.infer<typeof registrySchema>;

/**
 * Settings of the registry's door from the file; `listen` goes before the file's own addresses. Throws
 * Failure("misuse") with a sentence that names the setting, also for plain HTTP beyond this machine that was not asked
 * for by name.
 */
export function readRegistrySettings(
  file: File,
  resolve: ResolvePath,
  listen: readonly string[] = file.listen ?? [],
): RegistrySettings {
  const addresses = listen.map(readDoorAddress);
  const { certificate, key } = file;
  if ((certificate === undefined) !== (key === undefined)) {
    throw new Failure("misuse", "the registry's https needs both a certificate and its key");
  }
  if (certificate === undefined && addresses.some(({ scheme }) => scheme === "https")) {
    throw new Failure("misuse", "the registry's door is to speak https and has no certificate", {
      hint: "set registry.certificate and registry.key",
    });
  }
  const exposed = addresses.find(({ scheme, host }) => scheme === "http" && !isLoopback(host));
  if (exposed !== undefined && file.insecure_tcp !== true) {
    throw new Failure(
      "misuse",
      `the registry's door would show ids and passwords to whoever listens on the way to ${exposed.host}`,
      {
        hint: "listen at https://, or say registry.insecure_tcp: true",
      },
    );
  }
  const services = file.services.map((service) => readService(service, file, resolve));
  const names = services.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Failure("misuse", `the registry's service ${twice} stands there twice`);
  return {
    listen: addresses,
    ...(certificate === undefined || key === undefined
      ? {}
      : { tls: { certificate: resolve(certificate), key: resolve(key) } }),
    timeoutMs: Math.round((file.timeout ?? 10) * 1000),
    trusted: (file.trusted_proxies ?? []).map(readProxy),
    services,
    ...(file.events === undefined
      ? {}
      : {
          events: {
            secretFile: resolve(file.events.secret_file),
            bodyBytes: file.events.body_bytes ?? 1024 * 1024,
          },
        }),
    limits: {
      failures: file.limits?.failures ?? 10,
      windowMs: (file.limits?.window ?? 60) * 1000,
      hashing: file.limits?.hashing ?? 2,
      waiting: file.limits?.waiting ?? 64,
    },
    notes: [],
    warnings: [
      ...(exposed === undefined
        ? []
        : [`ids and passwords travel in the clear to ${exposed.host}, as registry.insecure_tcp says`]),
      ...services
        .filter(({ users }) => sendsInClear(users.vault?.address))
        .map(
          ({ name }) =>
            `the Vault of ${name} is asked in the clear: whoever listens on the way has its token and the users`,
        ),
    ],
  };
}

/**
 * What a configuration file says of the registry: the verifier's own file, or godoauth's as it is; undefined where it
 * says nothing. Throws Failure("misuse"), never quoting the file.
 */
export function readRegistryFile(
  name: string,
  document: string,
  resolve: ResolvePath,
  resolveGodoauth: ResolvePath = resolve,
): RegistrySettings | undefined {
  let found: unknown;
  try {
    found = readYaml(document) ?? {};
  } catch {
    // The reader's own words quote the file, which may hold secrets
    throw new Failure("misuse", `${name} is not readable as YAML`);
  }
  if (isGodoauth(found)) return readGodoauth(name, found, resolveGodoauth);
  const read = z.looseObject({ registry: registrySchema.optional() }).safeParse(found);
  if (!read.success) throw notOurs(name, "docker-id", read.error);
  return read.data.registry === undefined ? undefined : readRegistrySettings(read.data.registry, resolve);
}

function sendsInClear(address: string | undefined): boolean {
  const url = address === undefined ? null : URL.parse(address);
  return url?.protocol === "http:" && !isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1"));
}

function readService(service: File["services"][number], file: File, resolve: ResolvePath): ServiceSettings {
  const { name } = service;
  try {
    admitName(name);
  } catch (cause) {
    throw new Failure("misuse", "the registry has a service whose name cannot be one", { cause });
  }
  return {
    name,
    hosts: service.hosts ?? [],
    signing: readSigning(name, file.issuer, file.token ?? {}, service.token ?? {}, resolve),
    users: readUsers(name, service, resolve),
    rules: (service.rules ?? []).map((rule) => readRule(name, rule)),
  };
}

function readRule(service: string, { match = {}, actions, comment }: z.infer<typeof ruleSchema>): Rule {
  const { account, type, name, service: of, ip, labels } = match;
  const rule: Rule = {
    match: {
      ...(account === undefined ? {} : { account }),
      ...(type === undefined ? {} : { type }),
      ...(name === undefined ? {} : { name }),
      ...(of === undefined ? {} : { service: of }),
      ...(ip === undefined ? {} : { ip }),
      ...(labels === undefined ? {} : { labels }),
    },
    actions,
    ...(comment === undefined ? {} : { comment }),
  };
  try {
    return admitRule(rule);
  } catch (cause) {
    // One that matches nobody would let what stands after it decide
    const why = cause instanceof Failure ? `: ${cause.message}` : "";
    throw new Failure("misuse", `a rule of the registry's service ${service} cannot be read${why}`, { cause });
  }
}

function readProxy(written: string): Block {
  try {
    return readBlock(written);
  } catch (cause) {
    throw new Failure("misuse", "registry.trusted_proxies holds what is no address", {
      hint: "give addresses and CIDR blocks",
      cause,
    });
  }
}
