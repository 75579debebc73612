import * as z from "zod";
import type { EngineRequest } from "../../../docker/attempt.ts";

/** What the engine tells a plugin of a request, or why that could not be read, a sentence without a final stop. */
export type Call = { readonly request: EngineRequest } | { readonly unreadable: string };

// Each field may also be spelled as in the 2015 document; what else the engine tells is of no use here.
const callSchema = z.object({
  RequestMethod: z.string().min(1),
  RequestUri: z.string().min(1).optional(),
  RequestURI: z.string().min(1).optional(),
  RequestHeaders: z.unknown().optional(),
  RequestHeader: z.unknown().optional(),
  RequestBody: z.string().nullish(),
});
const headersSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const bytesSchema = z.array(z.int().min(0).max(255));

class Unread extends Error {}

/** Reads the body of `AuthZReq` or `AuthZRes` strictly: what is doubtful is unreadable, and never throws. */
export function readCall(text: string): Call {
  try {
    const read = callSchema.safeParse(readJson(text, "the call"));
    if (!read.success) throw new Unread("the call has not the shape of an authorization request");
    const call = read.data;
    const target = agreeing(call.RequestUri, call.RequestURI);
    const headers = Object.create(null) as Record<string, string>;
    addHeaders(headers, call.RequestHeaders);
    addHeaders(headers, call.RequestHeader);
    // Go leaves out what is empty: no bytes and no body are the same to it
    const body = call.RequestBody == null || call.RequestBody === "" ? undefined : decode(call.RequestBody, "the body");
    return { request: { method: call.RequestMethod, target, headers, ...(body === undefined ? {} : { body }) } };
  } catch (cause) {
    if (cause instanceof Unread) return { unreadable: cause.message };
    throw cause;
  }
}

function agreeing(uri: string | undefined, alias: string | undefined): string {
  const target = uri ?? alias;
  if (target === undefined) throw new Unread("the call names no request target");
  if (alias !== undefined && alias !== target) throw new Unread("the call names two different request targets");
  return target;
}

function addHeaders(headers: Record<string, string>, told: unknown): void {
  if (told === undefined || told === null || told === "") return;
  for (const [name, value] of Object.entries(readHeaders(told))) {
    const lower = name.toLowerCase();
    const values = typeof value === "string" ? [value] : value;
    for (const each of values) {
      // The engine folds names before it tells them, so two spellings were made to be read in two ways
      if (Object.hasOwn(headers, lower) && headers[lower] !== each) {
        throw new Unread(`the header ${JSON.stringify(lower.slice(0, 64))} has two different values`);
      }
      headers[lower] = each;
    }
  }
}

/** A map, or as the 2015 document has it the bytes of its JSON, in base64 or as an array of numbers. */
function readHeaders(told: unknown): z.infer<typeof headersSchema> {
  const bytes = bytesSchema.safeParse(told);
  let map = told;
  if (typeof told === "string") map = readJson(decode(told, "the headers").toString("utf8"), "the headers");
  else if (bytes.success) map = readJson(Buffer.from(bytes.data).toString("utf8"), "the headers");
  const read = headersSchema.safeParse(map);
  if (!read.success) throw new Unread("the headers are not a map of names to values");
  return read.data;
}

function readJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Unread(text === "" ? `${what} is empty` : `${what} is not JSON`);
  }
}

function decode(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  // Buffer skips what is not base64, silently
  if (bytes.toString("base64") !== text) throw new Unread(`${what} is not base64`);
  return bytes;
}
