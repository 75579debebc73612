import { Failure } from "../errors.ts";
import { readYaml } from "./read-yaml.ts";
import { overrideByEnvironment } from "./registry-environment.ts";

/** What a registry's own configuration says of tokens and notifications. */
export interface RegistryConfig {
  /** As it listens, `127.0.0.1:5000` or `:5000`. */
  readonly addr?: string;
  /** The address by which it says that it is reached from outside, with a scheme. */
  readonly host?: string;
  /** Below which its `/v2/` is, `/` unless it says otherwise. */
  readonly prefix: string;
  readonly secure: boolean;
  /** Its certificate, where it has one of its own. */
  readonly certificate?: string;
  readonly auth: RegistryAuth;
  readonly endpoints: readonly EventsEndpoint[];
}

export type RegistryAuth =
  /** Anybody may do anything. */
  | { readonly kind: "none" }
  /** `htpasswd`, `silly` or several at once. */
  | { readonly kind: "other"; readonly names: readonly string[] }
  | TokenAuth;

/** Whose tokens it trusts; what is absent or no text is not there. */
export interface TokenAuth {
  readonly kind: "token";
  readonly realm?: string;
  readonly service?: string;
  readonly issuer?: string;
  readonly bundle?: string;
  /** From 3.0 on: a file of public keys. */
  readonly jwks?: string;
  /** It makes the realm up of the host by which it is called. */
  readonly autoRedirect: boolean;
}

/** Where it posts what was done. */
export interface EventsEndpoint {
  readonly name: string;
  readonly url: string;
  readonly disabled: boolean;
  readonly authorization?: string;
}

/**
 * Reads a registry's configuration file and the `REGISTRY_…` of its environment, which go before it. Throws
 * Failure("misuse"), never quoting the file.
 */
export function readRegistryConfig(
  name: string,
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): RegistryConfig {
  let file: unknown;
  try {
    file = readYaml(text, "1.1");
  } catch {
    throw new Failure("misuse", `${name} is not readable as YAML`);
  }
  if (!isRecord(file) || file["version"] === undefined) {
    throw new Failure("misuse", `${name} is no configuration of a registry`, {
      hint: "it is the file that the registry was started with, and begins with version: 0.1",
    });
  }
  const config = overrideByEnvironment(file, environment);
  const http = recordOf(config["http"]);
  const tls = recordOf(http["tls"]);
  const certificate = textOf(tls["certificate"]);
  const letsEncrypt = textOf(recordOf(tls["letsencrypt"])["cachefile"]) !== undefined;
  const [addr, host] = [textOf(http["addr"]), textOf(http["host"])];
  return {
    ...(addr === undefined ? {} : { addr }),
    ...(host === undefined ? {} : { host }),
    prefix: textOf(http["prefix"]) ?? "/",
    secure: certificate !== undefined || letsEncrypt,
    ...(certificate === undefined ? {} : { certificate }),
    auth: readAuth(config["auth"]),
    endpoints: readEndpoints(recordOf(config["notifications"])["endpoints"]),
  };
}

function readAuth(auth: unknown): RegistryAuth {
  if (typeof auth === "string") return auth === "token" ? readToken({}) : { kind: "other", names: [auth] };
  const names = Object.keys(recordOf(auth));
  if (names.length === 0) return { kind: "none" };
  // It takes one kind alone, and does not start with more
  if (names.length > 1 || names[0] !== "token") return { kind: "other", names };
  return readToken(recordOf(recordOf(auth)["token"]));
}

function readToken(token: Readonly<Record<string, unknown>>): TokenAuth {
  const told = {
    realm: textOf(token["realm"]),
    service: textOf(token["service"]),
    issuer: textOf(token["issuer"]),
    bundle: textOf(token["rootcertbundle"]),
    jwks: textOf(token["jwks"]),
  };
  const present = Object.entries(told).filter(([, value]) => value !== undefined);
  return { kind: "token", autoRedirect: token["autoredirect"] === true, ...(Object.fromEntries(present) as object) };
}

function readEndpoints(endpoints: unknown): readonly EventsEndpoint[] {
  if (!Array.isArray(endpoints)) return [];
  return endpoints.flatMap((each: unknown, at) => {
    const endpoint = recordOf(each);
    const url = textOf(endpoint["url"]);
    if (url === undefined) return [];
    const authorization = headerOf(recordOf(endpoint["headers"]), "authorization");
    return [
      {
        name: textOf(endpoint["name"]) ?? `number ${at + 1}`,
        url,
        disabled: endpoint["disabled"] === true,
        ...(authorization === undefined ? {} : { authorization }),
      },
    ];
  });
}

function headerOf(headers: Readonly<Record<string, unknown>>, wanted: string): string | undefined {
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === wanted) ?? [];
  return Array.isArray(value) ? textOf(value[0]) : textOf(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
