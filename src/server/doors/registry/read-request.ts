import type { IncomingMessage } from "node:http";
import { Failure } from "../../../errors.ts";
import { readTokenForm, readTokenQuery, type TokenRequest } from "../../../registry/token-request.ts";
import type { Refusal } from "./answers.ts";
import { readAuthorization } from "./authorization.ts";
import type { Shown } from "./holder.ts";
import { readPairs, readText } from "./read-body.ts";

/** A form is a user's name, a password and some scopes. */
const mostFormBytes = 64 * 1024;

/** What is asked for, and what is shown for it; or what is wrong with the request. */
type Asked = { readonly request: TokenRequest; readonly shown: Shown } | Refusal;

/** Reads `GET /auth`, and its head. */
export function readGet({ url = "", rawHeaders }: IncomingMessage): Asked {
  const mark = url.indexOf("?");
  const query = readPairs(mark < 0 ? "" : url.slice(mark + 1));
  if (query === undefined) return notText;
  return orRefusal(() => {
    const request = readTokenQuery(query);
    const presented = readAuthorization(rawHeaders);
    if (presented.kind === "foreign") {
      return { status: 401, message: "the Authorization header is neither Basic nor Bearer" };
    }
    if (presented.kind === "none") return { request, shown: { kind: "nothing" } };
    if (presented.kind === "bearer") {
      return { request, shown: { kind: "id", name: request.account ?? "", text: presented.text } };
    }
    // Whoever reads the log of a proxy must not be told of another user than the one who logs in
    if (request.account !== undefined && request.account !== presented.name) {
      return { status: 400, message: "the account is another than the user who logs in" };
    }
    return { request, shown: presented };
  });
}

/** Reads `POST /auth`, its head and its body. */
export async function readPost(incoming: IncomingMessage): Promise<Asked> {
  const type = (incoming.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded" || incoming.headers["content-encoding"] !== undefined) {
    return { status: 400, message: "a request by POST is a form, application/x-www-form-urlencoded", close: true };
  }
  const body = await readText(incoming, mostFormBytes);
  if ("fault" in body) {
    if (body.fault === "no text") return notText;
    if (body.fault === "broken off") return { status: 400, message: "the body broke off", close: true };
    return { status: 413, message: `a form may have ${mostFormBytes} bytes and no more`, close: true };
  }
  const form = readPairs(body.text);
  if (form === undefined) return notText;
  return orRefusal(() => {
    const request = readTokenForm(form);
    if (readAuthorization(incoming.rawHeaders).kind !== "none") {
      return { status: 400, message: "the request has credentials in its head and in its body" };
    }
    if (request.grant === "refresh_token") {
      return { request, shown: { kind: "refresh", text: request.refreshToken ?? "" } };
    }
    return { request, shown: { kind: "password", name: request.username ?? "", password: request.password ?? "" } };
  });
}

const notText: Refusal = { status: 400, message: "the request holds what is no UTF-8" };

function orRefusal(read: () => Asked): Asked {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure && error.code === "misuse") return { status: 400, message: error.message };
    throw error;
  }
}
