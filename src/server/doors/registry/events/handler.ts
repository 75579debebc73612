import { hash, timingSafeEqual } from "node:crypto";
import { Failure } from "../../../../errors.ts";
import type { RegistryEventLine } from "../../../gate/at-registry.ts";
import { describeError, type Log } from "../../../log.ts";
import { readBody } from "./body.ts";
import { readEnvelope, type SeenEvent } from "./envelope.ts";
import { describeEvent } from "./event-line.ts";
import type { Issued } from "./issued.ts";
import { createOnce } from "./once.ts";

export interface EventsOptions {
  /** Writes an event into the audit; rejects when it cannot. */
  readonly record: (event: RegistryEventLine) => Promise<void>;
  /** What stands after `Bearer` in the registry's configuration. */
  readonly secret: string;
  /** No more of a body is read. */
  readonly bodyBytes: number;
  /** The tokens that the door gave. */
  readonly issued: Pick<Issued, "match">;
  /** Counts who came without the secret; `why` is a sentence. */
  readonly refused: (why: string, from: Caller) => void;
  readonly log: Log;
}

/** Whoever posts. */
export interface Caller {
  readonly address?: string;
  /** The source that refusals are counted under. */
  readonly source: string;
}

/** What a registry says its notifications are, and what a script may say. */
const contentTypes = new Set(["application/vnd.docker.distribution.events.v1+json", "application/json"]);

/**
 * Takes a registry's notifications: each event is written down once, beside the token that allowed it. A registry repeats
 * what is not answered by 2xx, for ever and before all else, so that only what it should repeat is answered otherwise.
 */
export function createEventsHandler(options: EventsOptions): (request: Request, from: Caller) => Promise<Response> {
  const { record, secret, bodyBytes, issued, refused, log } = options;
  // Whoever sent an empty word, or what a header cannot hold, would be let in or never
  if (!/^[\x21-\x7E]+$/.test(secret)) {
    throw new Failure("misuse", "the secret of the registry's notifications is not one word of printable ASCII");
  }
  const expected = digest(secret);
  const once = createOnce();

  async function write(event: SeenEvent): Promise<void> {
    const act = async (): Promise<void> => await record(describeEvent(event, issued.match(event)));
    await (event.id === undefined ? act() : once(event.id, act));
  }

  return async (request, from) => {
    if (!isAuthorized(request.headers.get("authorization"), expected)) {
      refused("the registry's notification came without the secret that is configured", from);
      return problem(401, "UNAUTHORIZED", "this needs the Authorization that is configured for notifications", {
        "www-authenticate": 'Bearer realm="docker-id events"',
      });
    }
    const type = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
    const encoding = request.headers.get("content-encoding") ?? "identity";
    if (!contentTypes.has(type) || encoding !== "identity") {
      return problem(
        415,
        "UNSUPPORTED",
        "notifications are posted as application/vnd.docker.distribution.events.v1+json",
      );
    }
    const body = await readBody(request, bodyBytes);
    if ("fault" in body) {
      if (body.fault === "too large") return problem(413, "SIZE_INVALID", `no more than ${bodyBytes} bytes are read`);
      return problem(400, "UNSUPPORTED", "the body broke off");
    }
    const envelope = readEnvelope(body.text);
    if ("fault" in envelope) {
      log.warn({ status: envelope.status }, `a registry's notification was not understood: ${envelope.fault}`);
      return problem(envelope.status, envelope.status === 413 ? "SIZE_INVALID" : "UNSUPPORTED", envelope.fault);
    }
    const outcomes = await Promise.allSettled(envelope.events.map(write));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed === undefined) return new Response(null, { status: 200 });
    log.error({ error: describeError(failed.reason) }, "a registry's notification could not be written down");
    return problem(503, "UNAVAILABLE", "this could not be written down, and should be told again");
  };
}

function isAuthorized(header: string | null, expected: Buffer): boolean {
  const [, given] = /^bearer +(.*)$/i.exec(header ?? "") ?? [];
  return given !== undefined && timingSafeEqual(digest(given), expected);
}

/** Of the same length, whatever is given. */
function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function problem(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ errors: [{ code, message }] }, { status, headers });
}
