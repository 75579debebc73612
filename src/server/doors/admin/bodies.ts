import * as z from "zod";
import { Failure } from "../../../errors.ts";
import type { Revoke } from "../../../protocol/admin.ts";
import type { Gate } from "../../gate.ts";
import type { ExplainWish } from "../../gate/explain.ts";

const LONGEST_BODY = 64 * 1024;
/** Enough for the largest body of a request that docker makes, and those of the requests before it. */
export const LONGEST_EXPLAIN = 2 * 1024 * 1024;

const bytes32 = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, "base64url");
  // Buffer skips what is not base64url, silently
  if (bytes.length === 32 && bytes.toString("base64url") === text) return new Uint8Array(bytes);
  context.addIssue("not the base64url of 32 bytes");
  return z.NEVER;
});

const installSchema = z.strictObject({
  kid: z.string().regex(/^[0-9a-f]{32}$/, "not 32 hex digits"),
  key: bytes32,
  salt: bytes32.optional(),
  identifier: z.string().max(256),
});

const revokeSchema = z.union([
  z.strictObject({ id: z.string().min(1).max(8192) }),
  z.strictObject({ link: z.string().max(256) }),
]);

const base64 = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") === text) return new Uint8Array(bytes);
  context.addIssue("not base64");
  return z.NEVER;
});

const requestFields = {
  method: z.string().regex(/^[A-Z]{1,16}$/, "not a method"),
  target: z
    .string()
    .min(1)
    .max(64 * 1024),
  headers: z.record(z.string().regex(/^[a-z0-9-]{1,64}$/, "not a header's name"), z.string().max(1024)).optional(),
  body: base64.optional(),
};

const explainSchema = z.strictObject({
  ...requestFields,
  id: z.string().min(1).max(8192).optional(),
  address: z.union([z.ipv4(), z.ipv6()]).optional(),
  made: z
    .array(z.strictObject({ id: z.string().regex(/^[0-9a-f]{64}$/), by: z.strictObject(requestFields) }))
    .max(8)
    .optional(),
});

/** Reads a body of at most 64 KiB, or as many bytes as are said, as text; rejects with Failure("misuse"). */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  longest: number = LONGEST_BODY,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > longest) throw new Failure("misuse", "the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Reads the body of `POST /v1/root-key`; throws Failure("misuse"). */
export function readInstall(text: string): Parameters<Gate["install"]>[0] {
  const { kid, key, salt, identifier } = read(installSchema, text);
  return { kid, key, identifier, ...(salt === undefined ? {} : { salt }) };
}

/** Reads the body of `POST /v1/revocations`; throws Failure("misuse"). */
export function readRevoke(text: string): Revoke {
  return read(revokeSchema, text);
}

/** Reads the body of `POST /v1/explain`; throws Failure("misuse"). */
export function readExplain(text: string): ExplainWish {
  const { id, address, made = [], ...request } = read(explainSchema, text);
  return {
    request: toRequest(request),
    made: made.map((one) => ({ id: one.id, request: toRequest(one.by) })),
    ...(id === undefined ? {} : { id }),
    ...(address === undefined ? {} : { address }),
  };
}

type AskedRequest = z.infer<z.ZodObject<typeof requestFields>>;

function toRequest({ method, target, headers = {}, body }: AskedRequest): ExplainWish["request"] {
  return { method, target, headers, ...(body === undefined ? {} : { body }) };
}

// The messages name fields and never quote values: some of them are keys
function read<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure("misuse", "the body is not JSON");
  }
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const issue = found.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  const what = issue?.code === "unrecognized_keys" ? "a field that is not known" : (issue?.code ?? "unreadable");
  throw new Failure("misuse", `the body has not the shape that was expected${where}: ${what}`);
}
