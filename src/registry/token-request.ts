import { Failure } from "../errors.ts";
import type { Access } from "./access.ts";
import { parseScopes } from "./scopes.ts";

/** What a client asks of the token server; nothing in it has been verified. */
export interface TokenRequest {
  readonly service: string;
  readonly requested: Access[];
  /** The user name that a client says it has, beside its credentials. */
  readonly account?: string;
  readonly clientId?: string;
  /** A refresh token is asked for. */
  readonly offline: boolean;
  /** `basic`: whatever credentials the request's head carries, or none. */
  readonly grant: "basic" | "password" | "refresh_token";
  readonly username?: string;
  readonly password?: string;
  readonly refreshToken?: string;
}

/** No name or client is longer; an id as the password may have as many as ids have. */
const longest = { word: 255, credential: 8192 } as const;

/** Reads the query of `GET /auth`; throws Failure("misuse") with a sentence that quotes nothing of it. */
export function readTokenQuery(search: URLSearchParams): TokenRequest {
  return {
    ...readCommon(search),
    ...optional("account", word(search, "account")),
    offline: isTrue(one(search, "offline_token")),
    grant: "basic",
  };
}

/** Reads the form of `POST /auth`; throws Failure("misuse") with a sentence that quotes nothing of it. */
export function readTokenForm(form: URLSearchParams): TokenRequest {
  const common = { ...readCommon(form), offline: one(form, "access_type") === "offline" };
  const grant = one(form, "grant_type");
  if (grant === "password") {
    const username = word(form, "username") ?? "";
    return { ...common, grant, username, password: credential(form, "password") };
  }
  if (grant === "refresh_token") return { ...common, grant, refreshToken: credential(form, "refresh_token") };
  throw new Failure("misuse", "the grant_type is neither password nor refresh_token");
}

function readCommon(from: URLSearchParams): Pick<TokenRequest, "service" | "requested" | "clientId"> {
  const service = word(from, "service");
  if (service === undefined) throw new Failure("misuse", "the request names no service");
  return { service, requested: parseScopes(from.getAll("scope")), ...optional("clientId", word(from, "client_id")) };
}

/** The value of what may be given once; undefined where it is missing or empty. */
function one(from: URLSearchParams, key: string): string | undefined {
  const [value, ...more] = from.getAll(key);
  // Which of two counts, others may see otherwise than we do
  if (more.some((other) => other !== value)) throw new Failure("misuse", `the request gives ${key} twice`);
  return value === "" ? undefined : value;
}

function word(from: URLSearchParams, key: string): string | undefined {
  const value = one(from, key);
  if (value === undefined) return undefined;
  if (value.length > longest.word) throw new Failure("misuse", `the ${key} is too long`);
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value) || !value.isWellFormed()) {
    throw new Failure("misuse", `the ${key} holds a character that cannot be shown`);
  }
  return value;
}

function credential(from: URLSearchParams, key: string): string {
  const value = one(from, key);
  if (value === undefined) throw new Failure("misuse", `the request carries no ${key}`);
  if (value.length > longest.credential) throw new Failure("misuse", `the ${key} is too long`);
  return value;
}

function isTrue(value: string | undefined): boolean {
  return value === "true" || value === "1";
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: string });
}
