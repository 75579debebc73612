import type { Explanation } from "../protocol/explain.ts";

/** How a request is answered in the engine's place. */
export type Answer =
  | { readonly kind: "json"; readonly status: number; readonly body?: unknown; readonly type?: string }
  /** A connection that is taken over, and has nothing to say. */
  | { readonly kind: "hijack" }
  /** A read, which the engine itself may answer. */
  | { readonly kind: "read" }
  /** It would have to be the engine's own; docker stops here. `last`: after it nothing more would be asked. */
  | { readonly kind: "none"; readonly last: boolean };

/** What a request would create, as far as what follows may name it. */
export type Making = "container" | "exec" | "other";

type Asked = Pick<Explanation, "action" | "op" | "stream" | "handshake"> & { readonly method: string };

/** What a request that is allowed would create under an id that the engine makes up. */
export function makes(action: string): Making | undefined {
  if (action === "container.create") return "container";
  if (action === "container.exec") return "exec";
  return Object.hasOwn(created, action) ? "other" : undefined;
}

/**
 * The answer to a request that is allowed, with which docker goes on as it would have. Only plain reads are the engine's
 * to answer: nothing that writes ever reaches it. `made` is the id that was made up for what it would create.
 */
export function answerTo(asked: Asked, made: string): Answer {
  const { action, op, method, handshake } = asked;
  const reads = (method === "GET" || method === "HEAD") && op === "read";
  if (reads && (handshake || steers(action, method))) return { kind: "read" };
  if (carriesOut.has(action) && method === "GET") return { kind: "none", last: true };
  if (Object.hasOwn(created, action)) return json(201, { ...created[action], Id: made, ID: made });
  if (action === "container.attach" || (action === "exec.start" && asked.stream)) return { kind: "hijack" };
  if (unspoken.has(action) || (method === "GET" && op === "write")) return { kind: "none", last: false };
  if (asked.stream || streamed.has(action)) return { kind: "json", status: 200, type: "application/json" };
  return Object.hasOwn(replies, action) ? (replies[action] ?? json(200, {})) : json(statusOf(action), {});
}

/** The answer to what follows on something that does not exist. */
export function answerToFollowing(method: string): Answer {
  return method === "GET" || method === "HEAD"
    ? json(404, { message: "no such thing, since nothing was done" })
    : json(200, {});
}

function json(status: number, body: unknown): Answer {
  return { kind: "json", status, body };
}

/** By their answers docker decides what it asks next. */
function steers(action: string, method: string): boolean {
  return (
    /\.(?:inspect|list)$/.test(action) ||
    action === "system.info" ||
    action === "system.df" ||
    action === "plugin.privileges" ||
    (action === "container.archive-read" && method === "HEAD")
  );
}

/** Data that docker would write to a file, which an empty answer would empty. */
const carriesOut = new Set(["container.archive-read", "container.export", "image.get"]);

/** Protocols that take a builder to speak them. */
const unspoken = new Set(["build.session", "build.grpc"]);

/** Progress, in lines of JSON. */
const streamed = new Set(["image.pull", "image.import", "image.load", "image.push", "image.build", "plugin.pull"]);

const created: Readonly<Record<string, object>> = {
  "container.create": { Warnings: [] },
  "container.exec": {},
  "image.commit": {},
  "volume.create": { Driver: "local", Scope: "local" },
  "network.create": { Warning: "" },
  "service.create": {},
  "secret.create": {},
  "config.create": {},
};

const replies: Readonly<Record<string, Answer>> = {
  "container.wait": json(200, { StatusCode: 0 }),
  "container.update": json(200, { Warnings: [] }),
  "container.changes": json(200, []),
  "container.top": json(200, { Titles: [], Processes: [] }),
  "container.resize": json(200, undefined),
  "container.archive-write": json(200, undefined),
  "exec.start": json(200, undefined),
  "exec.resize": json(200, undefined),
  "image.history": json(200, []),
  "image.search": json(200, []),
  "image.remove": json(200, []),
  "image.tag": json(201, undefined),
  "network.connect": json(200, undefined),
  "network.disconnect": json(200, undefined),
  "service.update": json(200, { Warnings: [] }),
  "swarm.init": json(200, ""),
};

function statusOf(action: string): number {
  const verb = action.slice(action.indexOf(".") + 1);
  return ["start", "stop", "restart", "kill", "pause", "unpause", "rename", "remove"].includes(verb) ? 204 : 200;
}
