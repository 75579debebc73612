import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { stream } from "hono/streaming";
import { Failure } from "../../../errors.ts";
import { adminPrefix, type Problem, type Status } from "../../../protocol/admin.ts";
import type { Gate } from "../../gate.ts";
import type { Caller } from "../../gate/acts.ts";
import type { Denial } from "../../gate/administer.ts";
import { httpStatus } from "../../http-status.ts";
import { describeError, type Log } from "../../log.ts";
import type { Metrics } from "../../metrics.ts";
import { LONGEST_EXPLAIN, readBody, readExplain, readInstall, readRevoke } from "./bodies.ts";

/** More than enough for people; a stranger in the socket's group must not use up the verifier's descriptors. */
const MOST_CONNECTIONS = 128;

/** What the admin door is made of. */
export interface AdminDoorParts {
  readonly gate: Omit<Gate, "admit">;
  readonly metrics: Pick<Metrics, "expose">;
  readonly log: Log;
  /** What is known of the engine just now. */
  readonly describeEngine: () => Promise<Status["engine"]>;
  /** The verifier's version. */
  readonly version: string;
  /** How long an answer to an id that does not verify is held back. */
  readonly guessDelayMs: number;
}

/** The door by which people and the CLI reach the verifier; not yet listening. */
export function createAdminDoor(parts: AdminDoorParts): Server {
  const server = createAdaptorServer({ fetch: createAdminApp(parts).fetch, overrideGlobalObjects: false }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** The admin door without its server. */
function createAdminApp(parts: AdminDoorParts): Hono {
  const { gate, metrics, log, version, describeEngine } = parts;
  const app = new Hono();

  app.notFound((c) => problem(c, new Failure("not_found", "the admin door knows no such request")));
  app.onError((error, c) => {
    if (error instanceof Failure) return problem(c, error);
    log.error({ cause: describeError(error) }, "a request of an administrator failed");
    return problem(c, new Failure("failed", "the verifier met an error; its log says more"));
  });

  app.get("/healthz", (c) => c.text("ok\n"));
  app.get("/metrics", async (c) => {
    const { contentType, text } = await metrics.expose();
    return c.body(text, 200, { "content-type": contentType });
  });

  app.get(`${adminPrefix}/status`, async (c) => {
    const [now, engine] = await Promise.all([gate.current(), describeEngine()]);
    const status: Status = {
      state: now.kind,
      ...(now.kind === "guarded" ? { kid: now.kid } : {}),
      ...(now.kind === "unreadable" ? { reason: now.reason } : {}),
      engine,
      version,
    };
    return c.json(status);
  });

  app.post(`${adminPrefix}/root-key`, async (c) => {
    await gate.install(readInstall(await readBody(c.req.raw.body)), caller(c));
    return c.json({}, 201);
  });
  app.get(`${adminPrefix}/root-key/salt`, async (c) => c.json(await gate.salt(caller(c))));
  app.delete(`${adminPrefix}/root-key`, async (c) => answer(c, await gate.destroy(caller(c)), 200));
  app.get(`${adminPrefix}/ids/self`, async (c) => answer(c, await gate.reportSelf(caller(c)), 200));
  app.post(`${adminPrefix}/explain`, async (c) => {
    const wish = readExplain(await readBody(c.req.raw.body, LONGEST_EXPLAIN));
    return answer(c, await gate.explain(wish, caller(c)), 200);
  });
  app.post(`${adminPrefix}/revocations`, async (c) =>
    answer(c, await gate.revoke(readRevoke(await readBody(c.req.raw.body)), caller(c)), 201),
  );

  app.get(`${adminPrefix}/audit`, async (c) => {
    const ended = new AbortController();
    const wish = { refused: asked(c, "refused"), follow: asked(c, "follow"), signal: ended.signal };
    const lines = await gate.readAudit(wish, caller(c));
    if ("denied" in lines) return deny(c, lines);
    c.header("content-type", "application/x-ndjson");
    return stream(c, async (out) => {
      out.onAbort(() => ended.abort());
      try {
        for await (const line of lines) await out.write(`${JSON.stringify(line)}\n`);
      } catch (error) {
        if (!ended.signal.aborted) log.error({ cause: describeError(error) }, "the audit could not be read");
      } finally {
        ended.abort();
      }
    });
  });

  async function answer(c: Context, outcome: object, status: 200 | 201): Promise<Response> {
    return isDenial(outcome) ? deny(c, outcome) : c.json(outcome, status);
  }

  async function deny(c: Context, { denied, message, hint }: Denial): Promise<Response> {
    if (denied === "invalid_id") await new Promise((resolve) => setTimeout(resolve, parts.guessDelayMs));
    const code = denied === "no_id" ? "no_id" : "refused";
    const status = denied === "forbidden" ? httpStatus.refused : httpStatus.no_id;
    if (status === httpStatus.no_id) c.header("www-authenticate", "Bearer");
    return c.json({ code, message, ...(hint === undefined ? {} : { hint }) } satisfies Problem, status);
  }

  return app;
}

function isDenial(outcome: object): outcome is Denial {
  return "denied" in outcome;
}

function problem(c: Context, { code, message, hint }: Failure): Response {
  return c.json({ code, message, ...(hint === undefined ? {} : { hint }) } satisfies Problem, httpStatus[code]);
}

/** A unix socket shows no address: all who may open it are one source. */
function caller(c: Context): Caller {
  const header = c.req.header("authorization");
  if (header === undefined) return { token: undefined, source: "admin" };
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined) throw new Failure("misuse", "the Authorization header has to be: Bearer ID");
  return { token, source: "admin" };
}

/** A bare `?refused`, or one that says true. */
function asked(c: Context, name: string): boolean {
  const value = c.req.query(name);
  if (value === undefined || value === "false") return false;
  if (value === "" || value === "true" || value === "1") return true;
  throw new Failure("misuse", `the query's ${name} is true or false`);
}
