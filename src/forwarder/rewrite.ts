import type { Endpoint } from "../docker-cli/endpoint.ts";
import type { Field } from "../http1/fields.ts";
import type { RequestHead } from "../http1/request.ts";
import { writeRequestHead } from "../http1/write.ts";
import { idHeader } from "../protocol/headers.ts";

const dropped = idHeader.toLowerCase();

/**
 * The head as it goes on to the engine: under this id and no other, and for an engine behind a name or a path with those.
 * Everything else stands as it came, for this connection and the engine's are one.
 */
export function rewriteHead({ method, target, fields }: RequestHead, engine: Endpoint, id: string): string {
  const kept = fields.filter(([name]) => name.toLowerCase() !== dropped);
  const { address } = engine;
  if (address.transport !== "tcp") return writeRequestHead(method, target, [...kept, [idHeader, id]]);
  const name = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  const host: Field = ["Host", `${name}:${address.port}`];
  const others = kept.filter(([each]) => each.toLowerCase() !== "host");
  return writeRequestHead(method, `${address.path}${target}`, [host, ...others, [idHeader, id]]);
}
