import { Failure } from "../../../errors.ts";
import type { Answer } from "./exchange.ts";
import type { Target } from "./target.ts";

/** A user's secret. */
export interface Secret {
  /** The password, or a hash of it. */
  readonly password: string;
  readonly access?: string;
}

/** What a token is good for; a life of zero seconds has no end. */
export interface TokenLife {
  readonly seconds: number;
  readonly renewable: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the answer to the question for a user's secret: a secret, undefined where there is none, or a sentence that says
 * why what is there is no user. Throws Failure("failed") when Vault did not answer the question.
 */
export function readSecret({ status, body }: Answer, kv: 1 | 2, target: Target): Secret | { odd: string } | undefined {
  if (status === 404) {
    // Where it has words, they are not about this secret but about the mount
    if (isListed(body, "errors") || isListed(body, "warnings")) {
      throw new Failure("failed", `Vault at ${target.title} has no key-value store of version ${kv} at that mount`);
    }
    return undefined;
  }
  if (status !== 200) throw unanswered(status, target);
  const outer = fieldOf(body, "data");
  const data = kv === 1 ? outer : fieldOf(outer, "data");
  if (data === undefined || data === null) return { odd: "it holds no data" };
  const password = fieldOf(data, "password");
  if (typeof password !== "string" || password === "") return { odd: "its password is no text" };
  const access = fieldOf(data, "access");
  if (access === undefined || access === null) return { password };
  if (typeof access !== "string") return { odd: "its access is no text" };
  return { password, access };
}

/** Reads the token that a login gave; throws Failure("failed") where it gave none. */
export function readLogin({ status, body }: Answer, target: Target): { token: string; life: TokenLife } {
  if (status === 400 || status === 403) {
    throw new Failure("failed", `Vault at ${target.title} does not accept the AppRole's role and secret id`);
  }
  if (status !== 200) throw unanswered(status, target);
  const auth = fieldOf(body, "auth");
  const token = fieldOf(auth, "client_token");
  if (typeof token !== "string" || !isToken(token)) throw unanswered(status, target);
  return { token, life: readLife(fieldOf(auth, "lease_duration"), fieldOf(auth, "renewable")) };
}

/** Reads what a token says of itself, or after it was renewed; undefined when it may not, or is none. */
export function readTokenLife({ status, body }: Answer, target: Target): TokenLife | undefined {
  if (status === 400 || status === 403) return undefined;
  if (status !== 200) throw unanswered(status, target);
  const auth = fieldOf(body, "auth");
  if (auth !== undefined && auth !== null) return readLife(fieldOf(auth, "lease_duration"), fieldOf(auth, "renewable"));
  const data = fieldOf(body, "data");
  return readLife(fieldOf(data, "ttl"), fieldOf(data, "renewable"));
}

/** Whether a text can be a token and so stand in a header. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,8192}$/.test(text);
}

/** Why there is no answer, by the status alone: what a stranger's server says is not repeated. */
export function unanswered(status: number, target: Target): Failure {
  const known: Readonly<Record<number, string>> = {
    403: "denies its token the question",
    429: "is asked too often, or is a standby",
    472: "is a standby for disasters",
    473: "is a standby",
    501: "was never initialized",
    503: "is sealed",
  };
  return new Failure("failed", `Vault at ${target.title} ${known[status] ?? "gave an odd answer"} (${status})`);
}

function readLife(seconds: unknown, renewable: unknown): TokenLife {
  const isTime = typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0;
  return { seconds: isTime ? seconds : 0, renewable: renewable === true };
}

function isListed(body: unknown, name: string): boolean {
  const list = fieldOf(body, name);
  return Array.isArray(list) && list.length > 0;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Fields)[name] : undefined;
}
