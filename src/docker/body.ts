import type { EngineRequest } from "./attempt.ts";
import { isObject, type JsonObject, readJson } from "./json.ts";
import { Unread } from "./unread.ts";

/** Which body an operation takes. */
export type BodyRule =
  | { readonly kind: "none" }
  /** A JSON object; where it is optional, none and `null` are the same. */
  | { readonly kind: "json"; readonly optional: boolean }
  /**
   * A tar, or another stream that is not read here. What its operation does is `steered` by its query, which a form in
   * its place would override.
   */
  | { readonly kind: "stream"; readonly steered: boolean }
  /** Whatever it is, nothing of it is decided on, since the operation is the root id's alone. */
  | { readonly kind: "unread" };

/** No body at all. */
export const none: BodyRule = { kind: "none" };
/** A JSON object. */
export const json: BodyRule = { kind: "json", optional: false };
/** A JSON object, or none. */
export const optionalJson: BodyRule = { kind: "json", optional: true };
/** Nothing that is read. */
export const unread: BodyRule = { kind: "unread" };
/** A stream whose operation does the same whatever its query says. */
export const stream: BodyRule = { kind: "stream", steered: false };
/** A stream whose operation does what its query says. */
export const steeredStream: BodyRule = { kind: "stream", steered: true };

const takesForms = new Set(["POST", "PUT", "PATCH"]);
const jsonType = /^application\/json(?: *; *charset=utf-8)?$/i;
// Never a form: on POST and PUT the engine would take its fields before the query's
const streamTypes = new Set([
  "application/x-tar",
  "application/tar",
  "application/octet-stream",
  "application/gzip",
  "application/x-gzip",
  "text/plain",
]);

/** Reads a request's body as its operation takes it; throws Unread when it is another, or is not shown. */
export function readBody(rule: BodyRule, request: EngineRequest): JsonObject | undefined {
  const type = header(request, "content-type");
  const length = header(request, "content-length");
  const shown = request.body?.length ?? 0;
  if (length !== undefined && !/^(?:0|[1-9][0-9]{0,15})$/.test(length)) throw new Unread("its content-length is odd");
  if (rule.kind === "json") return readObject(rule.optional, type, length, request.body);
  if (rule.kind === "none") refuseBody(request.method, type, length, shown);
  if (rule.kind === "stream") refuseForm(rule.steered, type, length, request);
  return undefined;
}

/**
 * Whether a request has a JSON body where its operation takes none: some clients send their parameters in both places.
 * The engine reads no such body, and whoever sends the request on in words of its own leaves it out.
 */
export function isIdle(rule: BodyRule, request: EngineRequest): boolean {
  const type = header(request, "content-type");
  return rule.kind === "none" && request.wholeHead === true && type !== undefined && jsonType.test(type);
}

function refuseBody(method: string, type: string | undefined, length: string | undefined, shown: number): void {
  if (shown > 0 || (length !== undefined && length !== "0")) throw new Unread("the operation takes no body");
  // A plugin is shown the last of two types while the engine goes by the first, and no sign of a chunked body
  if (takesForms.has(method) && length === undefined && type !== undefined) {
    throw new Unread("the request may have a body that is not shown");
  }
}

function refuseForm(
  steered: boolean,
  type: string | undefined,
  length: string | undefined,
  request: EngineRequest,
): void {
  if (length === "0" && (request.body?.length ?? 0) === 0) return;
  if (type !== undefined && !streamTypes.has(type.toLowerCase())) {
    throw new Unread("the request's content type is none that the operation takes");
  }
  if (steered && type !== undefined && request.wholeHead !== true) {
    throw new Unread(
      "a plugin is not shown whether a form follows that would override what the request asks for: use the docker-id gateway",
    );
  }
}

function readObject(
  optional: boolean,
  type: string | undefined,
  length: string | undefined,
  body: Uint8Array | undefined,
): JsonObject | undefined {
  const absent = body === undefined || body.length === 0;
  // Without a length and without a type there is none, or one that the engine would not take for JSON
  if (optional && absent && (length === "0" || (length === undefined && type === undefined))) return undefined;
  if (type === undefined || !jsonType.test(type))
    throw new Unread("the request's content type is not application/json");
  if (absent) throw new Unread("the request's body is missing, or is not shown");
  if (length !== undefined && Number(length) !== body.length) throw new Unread("not all of the body is shown");
  const value = readJson(body);
  if (value === null && optional) return undefined;
  if (!isObject(value)) throw new Unread("the body is not a JSON object");
  return value;
}

function header(request: EngineRequest, name: string): string | undefined {
  return Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
}
