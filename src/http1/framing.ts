import { type Bad, bad } from "./bad.ts";
import { type Fields, valuesOf } from "./fields.ts";

/** How a message says where its body ends. */
export type Body =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  /** An answer's alone: it ends with the connection. */
  | { readonly kind: "until-close" };

const canonical = /^(?:0|[1-9][0-9]{0,14})$/;

/** Reads how a request's fields frame its body; refuses every doubt. */
export function readFraming(fields: Fields): Exclude<Body, { kind: "until-close" }> | Bad {
  const lengths = valuesOf(fields, "content-length");
  const codings = valuesOf(fields, "transfer-encoding");
  if (codings.length > 0 && lengths.length > 0) return bad("it has both a length and a transfer encoding");
  if (codings.length > 1 || lengths.length > 1) return bad("the length of the body is told twice");
  const [coding] = codings;
  if (coding !== undefined) {
    return coding.toLowerCase() === "chunked" ? { kind: "chunked" } : bad("the transfer encoding is not known", 501);
  }
  const [length] = lengths;
  if (length === undefined) return { kind: "none" };
  if (!canonical.test(length)) return bad("the content-length is no plain number");
  return length === "0" ? { kind: "none" } : { kind: "length", bytes: Number(length) };
}

/** Reads how an answer frames its body, which depends on what was asked. */
export function readAnswerFraming(status: number, fields: Fields, method: string): Body | Bad {
  const body = readFraming(fields);
  if (body.kind === "bad") return body;
  // Their fields tell what a GET would have had
  if (method === "HEAD" || status === 304 || status === 204 || status < 200) return { kind: "none" };
  const framed = body.kind !== "none" || valuesOf(fields, "content-length").length > 0;
  return framed ? body : { kind: "until-close" };
}
