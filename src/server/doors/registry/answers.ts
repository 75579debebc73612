/** What the door answers before it is put into HTTP. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The rest of the request is not read, and the connection ends. */
  readonly close?: true;
}

/** A refusal, in the words of the registry's protocol; docker prints `message` as it is. */
export interface Refusal {
  readonly status: 400 | 401 | 404 | 405 | 408 | 413 | 429 | 431 | 503;
  /** A sentence without a final stop, that quotes nothing of the request. */
  readonly message: string;
  readonly retryAfterSeconds?: number;
  readonly allow?: string;
  readonly close?: true;
}

/** Distribution's own words for what happened. */
const codes = {
  400: "UNSUPPORTED",
  401: "UNAUTHORIZED",
  404: "UNSUPPORTED",
  405: "UNSUPPORTED",
  408: "UNAVAILABLE",
  413: "SIZE_INVALID",
  429: "TOOMANYREQUESTS",
  431: "SIZE_INVALID",
  503: "UNAVAILABLE",
} as const satisfies Record<Refusal["status"], string>;

/** What every answer of the door bears: what is in them is for one client, once. */
export const always = { "content-type": "application/json", "cache-control": "no-store" } as const;

/** The body of every answer that is no success. */
export function errorBody(status: Refusal["status"], message: string): string {
  return JSON.stringify({ errors: [{ code: codes[status], message }] });
}

/** Puts a refusal into an answer. */
export function answerRefusal({ status, message, retryAfterSeconds, allow, close }: Refusal): Answer {
  return {
    status,
    body: errorBody(status, message),
    headers: {
      ...(status === 401 ? { "www-authenticate": 'Basic realm="docker-id"' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      ...(allow === undefined ? {} : { allow }),
    },
    ...(close === undefined ? {} : { close }),
  };
}

/** What a client is told of a token. */
export interface TokenAnswer {
  readonly token: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly refreshToken?: string;
}

/** The answer to GET, and with `scope`, what was granted, to POST. */
export function answerToken({ token, issuedAt, expiresAt, refreshToken }: TokenAnswer, scope?: string): Answer {
  const body = {
    ...(scope === undefined ? { token } : {}),
    access_token: token,
    ...(scope === undefined ? {} : { scope }),
    expires_in: Math.round((expiresAt.getTime() - issuedAt.getTime()) / 1000),
    issued_at: issuedAt.toISOString(),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  };
  return { status: 200, body: JSON.stringify(body) };
}
