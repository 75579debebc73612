import { endToEnd, type Field, type Fields, without } from "../../../http1/fields.ts";
import type { RequestHead } from "../../../http1/request.ts";
import { writeRequestHead } from "../../../http1/write.ts";
import { passHeader } from "../../../protocol/headers.ts";
import { secretFields } from "./credentials.ts";
import type { Turn } from "./request.ts";
import type { Forward } from "./world/plan-types.ts";

/** Never the client's to send on: what we say of its body, and what it says of where it is. */
const never: ReadonlySet<string> = new Set([
  ...secretFields,
  "content-length",
  "expect",
  "forwarded",
  "x-forwarded-for",
  "x-real-ip",
]);
const bodied: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/** Heads of requests without a body that were sent before: what stands before the pass, and after it. */
interface Sent {
  readonly plan: Forward;
  readonly before: string;
  readonly after: string;
}
const known = new WeakMap<RequestHead, Sent>();

/** What is sent to the engine in place of a request's head, latin1; `body` as it goes on. */
export function forwardHead(
  head: RequestHead,
  plan: Forward,
  body: Uint8Array | "stream" | undefined,
  turn: Turn,
  pass: string,
): string {
  const sent = known.get(head);
  if (body === undefined && sent?.plan === plan) return sent.before + pass + sent.after;
  const replaced = Object.keys(plan.setHeaders).map((name) => name.toLowerCase());
  // An answer that is read here must not come packed
  const unpacked = plan.answer === "whole" && plan.refusal === undefined ? [] : ["accept-encoding"];
  const dropped = new Set([...plan.dropHeaders, ...replaced, ...unpacked]);
  const kept = without(endToEnd(head.fields), never);
  const fields: Field[] = [...(dropped.size === 0 ? kept : without(kept, dropped)), ...Object.entries(plan.setHeaders)];
  if (!fields.some(([name]) => name.toLowerCase() === "host")) fields.unshift(["Host", "docker"]);
  fields.push([passHeader, pass], ...framing(head, plan.method, body));
  if (turn.upgrade !== undefined) fields.push(["Connection", "Upgrade"], ["Upgrade", turn.upgrade]);
  const text = writeRequestHead(plan.method, plan.target, fields);
  if (body === undefined) {
    // The client's own fields of that name never go on
    const at = text.indexOf(`\r\n${passHeader}: ${pass}\r\n`) + passHeader.length + 4;
    known.set(head, { plan, before: text.slice(0, at), after: text.slice(at + pass.length) });
  }
  return text;
}

function framing(head: RequestHead, method: string, body: Uint8Array | "stream" | undefined): Fields {
  if (body === "stream") {
    if (head.body.kind === "chunked") return [["Transfer-Encoding", "chunked"]];
    if (head.body.kind === "length") return [["Content-Length", String(head.body.bytes)]];
  } else if (body !== undefined && body.length > 0) {
    return [["Content-Length", String(body.length)]];
  }
  return bodied.has(method) ? [["Content-Length", "0"]] : [];
}
