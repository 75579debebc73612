import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { whence } from "../../../registry/client-address.ts";
import type { RegistrySettings } from "../../../registry/settings-types.ts";
import { limitTime } from "../../gate/within.ts";
import { describeError, type Log } from "../../log.ts";
import type { Metrics } from "../../metrics.ts";
import { always, type Answer, answerRefusal, type Refusal } from "./answers.ts";
import type { createEventsHandler } from "./events/handler.ts";
import type { Health } from "./health.ts";
import { forwardedFor } from "./token.ts";

export interface RegistryAppParts {
  readonly answerToken: (incoming: IncomingMessage) => Promise<Answer>;
  /** Absent: registries that tell of events find nothing here. */
  readonly events?: ReturnType<typeof createEventsHandler>;
  readonly health: () => Promise<Health>;
  readonly metrics: Pick<Metrics, "expose">;
  readonly trusted: RegistrySettings["trusted"];
  readonly timeoutMs: number;
  readonly log: Log;
}

export type RegistryApp = Hono<{ Bindings: HttpBindings }>;
type Call = Context<{ Bindings: HttpBindings }>;

/** The registry's door without its servers. */
export function createRegistryApp(parts: RegistryAppParts): RegistryApp {
  const { answerToken, events, health, metrics, trusted, timeoutMs, log } = parts;
  const within = limitTime(timeoutMs);
  const app: RegistryApp = new Hono();

  app.all("/auth", async (c) => {
    const { incoming } = c.env;
    if (incoming.method !== "GET" && incoming.method !== "POST") {
      return send(c, {
        status: 405,
        message: "tokens are asked for by GET and by POST",
        allow: "GET, POST",
        close: true,
      });
    }
    const answer = await within(answerToken(incoming), () => answerRefusal(late(incoming)));
    write(c.env.outgoing, answer);
    return RESPONSE_ALREADY_SENT;
  });

  app.get("/server-ping", (c) => c.json({ message: "docker-id makes tokens here" }));

  app.get("/healthz", async (c) => {
    const found = await within(health(), () => ({ status: "failing" as const, services: [] }));
    return c.json(found, found.status === "failing" ? 503 : 200);
  });

  app.get("/metrics", async (c) => {
    const { contentType, text } = await metrics.expose();
    return c.body(text, 200, { "content-type": contentType });
  });

  if (events !== undefined) {
    app.post("/events", async (c) => {
      const { incoming } = c.env;
      const from = whence(incoming.socket.remoteAddress, forwardedFor(incoming), trusted);
      return await within(events(c.req.raw, from), () => {
        send(c, late(incoming));
        return RESPONSE_ALREADY_SENT;
      });
    });
  }

  app.notFound((c) => send(c, { status: 404, message: "the registry's door of docker-id knows no such request" }));
  app.onError((error, c) => {
    log.error({ cause: describeError(error) }, "a request at the registry's door failed");
    return send(c, { status: 503, message: "docker-id met an error; its log says more" });
  });
  return app;
}

function late({ complete }: IncomingMessage): Refusal {
  if (complete) return { status: 503, message: "docker-id took too long; try again", retryAfterSeconds: 2 };
  return { status: 408, message: "the request took too long to arrive", close: true };
}

function send(c: Call, refusal: Refusal): Response {
  write(c.env.outgoing, answerRefusal(refusal));
  return RESPONSE_ALREADY_SENT;
}

// Past the Response that everything else goes through, which costs more than a signature
function write(outgoing: ServerResponse, { status, body, headers, close }: Answer): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  outgoing.writeHead(status, {
    ...always,
    ...headers,
    ...(close === undefined ? {} : { connection: "close" }),
    "content-length": Buffer.byteLength(body),
  });
  outgoing.end(outgoing.req.method === "HEAD" ? undefined : body);
}
