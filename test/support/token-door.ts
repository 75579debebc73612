import type { Login } from "./registry-person.ts";

/** What a token server said. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly token?: string;
    readonly access_token?: string;
    readonly refresh_token?: string;
    readonly errors?: readonly { readonly code: string; readonly message: string }[];
  };
}

export interface TokenQuestion {
  readonly service?: string;
  readonly scope?: readonly string[];
  readonly login?: Login;
  /** Ask for a refresh token, too. */
  readonly offline?: boolean;
}

/** Asks the registry's door for a token, by GET as docker and skopeo do. */
export function getToken(door: string, question: TokenQuestion): Promise<TokenAnswer> {
  const { service = "registry", scope = [], login, offline } = question;
  const query = new URLSearchParams({ service, ...(offline === true && { offline_token: "true" }) });
  for (const one of scope) query.append("scope", one);
  const headers = login === undefined ? {} : { authorization: basic(login) };
  return answer(fetch(`${door}/auth?${query.toString()}`, { headers }));
}

/** Asks with a refresh token, by POST as docker does. */
export function refreshToken(door: string, refresh: string, scope: string, service = "registry"): Promise<TokenAnswer> {
  const form = { grant_type: "refresh_token", refresh_token: refresh, service, client_id: "docker", scope };
  return answer(fetch(`${door}/auth`, { method: "POST", body: new URLSearchParams(form) }));
}

/** What a token lets its holder do, unverified: `["repository:team/app:pull"]`. */
export function accessOf({ body }: TokenAnswer): readonly string[] {
  const [, claims = ""] = (body.token ?? body.access_token ?? "").split(".");
  const { access } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as {
    access: readonly { type: string; name: string; actions: readonly string[] }[];
  };
  return access.map(({ type, name, actions }) => `${type}:${name}:${actions.toSorted().join(",")}`);
}

/** The `Authorization` of a name and a password. */
export function basic({ name, password }: Login): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

async function answer(asked: Promise<Response>): Promise<TokenAnswer> {
  const response = await asked;
  return { status: response.status, headers: response.headers, body: (await response.json()) as TokenAnswer["body"] };
}
