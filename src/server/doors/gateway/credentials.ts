import { type Fields, valuesOf } from "../../../http1/fields.ts";
import { idHeader, passHeader } from "../../../protocol/headers.ts";

/** The id that came with a request, or why it can't be told. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string | undefined }
  | { readonly kind: "bad"; readonly why: string };

/** What carries an id or a pass, in lower case: none of it goes on to the engine. */
export const secretFields: ReadonlySet<string> = new Set([
  idHeader.toLowerCase(),
  passHeader.toLowerCase(),
  "authorization",
]);

/** Takes the id from `X-Docker-Id` or `Authorization: Bearer`; two that differ are refused, as one of them would be passed over. */
export function readCredentials(fields: Fields): Credentials {
  const given = new Set(valuesOf(fields, idHeader.toLowerCase()));
  for (const value of valuesOf(fields, "authorization")) {
    // Other schemes are no business of ours: they are for what does not stand here
    const bearer = /^Bearer +(.+)$/i.exec(value)?.[1];
    if (bearer !== undefined) given.add(bearer);
  }
  if (given.size > 1) return { kind: "bad", why: "the request carries two ids" };
  const [token] = given;
  return { kind: "token", token: token === "" ? undefined : token };
}
