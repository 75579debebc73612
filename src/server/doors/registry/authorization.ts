import { Failure } from "../../../errors.ts";
import { decodeBase64 } from "../../../macaroon/base64url.ts";

/** What a request's head says of whoever sent it; nothing of it is verified. */
export type Presented =
  | { readonly kind: "none" }
  | { readonly kind: "password"; readonly name: string; readonly password: string }
  /** An id by itself. */
  | { readonly kind: "bearer"; readonly text: string }
  /** Another way of saying who one is than the two that are read here. */
  | { readonly kind: "foreign" };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads all the `Authorization` lines of a request; throws Failure("misuse"), quoting nothing, for two of them and for
 * one that cannot be read: of two readings the server behind another reader might choose the other.
 */
export function readAuthorization(rawHeaders: readonly string[]): Presented {
  let value: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length !== "authorization".length || name.toLowerCase() !== "authorization") continue;
    if (value !== undefined) throw new Failure("misuse", "the request has two Authorization headers");
    value = rawHeaders[at + 1] ?? "";
  }
  if (value === undefined) return { kind: "none" };
  const [, scheme = "", credentials = ""] = /^([A-Za-z]+) +([!-~]+)$/.exec(value.trim()) ?? [];
  if (/^basic$/i.test(scheme)) return readBasic(credentials);
  if (/^bearer$/i.test(scheme)) return { kind: "bearer", text: credentials };
  return { kind: "foreign" };
}

/** RFC 7617: a user name ends at the first colon, and there are no control characters in either. */
function readBasic(encoded: string): Presented {
  const bytes = decodeBase64(encoded);
  if (bytes === undefined) throw new Failure("misuse", "the Authorization header is not in base64 as it is written");
  const text = readUtf8(bytes);
  const colon = text?.indexOf(":") ?? -1;
  // oxlint-disable-next-line no-control-regex -- the very ones that may not stand there
  if (text === undefined || /[\0-\x1f\x7f]/.test(text)) {
    throw new Failure("misuse", "the Authorization header holds what is no text");
  }
  if (colon < 0) throw new Failure("misuse", "the Authorization header has no colon after the user name");
  return { kind: "password", name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
