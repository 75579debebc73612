import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { passHeader, idHeader } from "../../../protocol/headers.ts";
import type { Gate } from "../../gate.ts";
import { describeError, type Log } from "../../log.ts";
import { allowed, refused, type Answer } from "./answers.ts";
import { readCall, type Call } from "./read-call.ts";

/** The engine shows at most 4 MiB of a body, which base64 makes a third longer. */
const LONGEST_CALL = 16 * 1024 * 1024;

/** What the authorization plugin's door is made of. */
export interface AuthzDoorParts {
  readonly gate: Pick<Gate, "admit">;
  readonly log: Log;
  /** Refuse endless answers to ids that expire, since this door cannot cut them. */
  readonly strictStreams: boolean;
}

/** The door by which a stock engine asks, as an authorization plugin; not yet listening. */
export function createAuthzDoor(parts: AuthzDoorParts): Server {
  const server = createServer((incoming, outgoing) => {
    void answer(parts, incoming, outgoing);
  });
  // The engine retries a call that met a closing connection with an empty body: never close an idle one on it
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  server.timeout = 0;
  return server;
}

async function answer(parts: AuthzDoorParts, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const call = await read(incoming);
    if (incoming.method !== "POST") return send(outgoing, 404, refused("docker-id knows no such call"));
    switch (incoming.url ?? "") {
      case "/Plugin.Activate":
        return send(outgoing, 200, { Implements: ["authz"] });
      case "/AuthZPlugin.AuthZReq":
      case "/AuthzPlugin.AuthZReq":
        return send(outgoing, 200, await judge(parts, call));
      case "/AuthZPlugin.AuthZRes":
      case "/AuthzPlugin.AuthZRes":
        return send(outgoing, 200, judgeResponse(call));
      default:
        return send(outgoing, 404, refused("docker-id knows no such call"));
    }
  } catch (error) {
    parts.log.error({ cause: describeError(error) }, "a call of the engine could not be answered, and was refused");
    if (outgoing.headersSent) outgoing.destroy();
    else send(outgoing, 200, refused("docker-id met an error and refuses; its log says more"));
  }
}

async function judge(parts: AuthzDoorParts, call: Call): Promise<Answer> {
  if ("unreadable" in call) return refused(`docker-id could not read what the engine asked: ${call.unreadable}`);
  const { request } = call;
  const admission = await parts.gate.admit({
    door: "authz",
    token: request.headers[idHeader.toLowerCase()],
    pass: request.headers[passHeader.toLowerCase()],
    request,
    // The engine tells a plugin no address, and this door sees no creation chains
    circumstances: { ownership: false },
    source: "authz",
    refuseStreams: parts.strictStreams,
  });
  return admission.verdict === "allowed" ? allowed : refused(admission.message);
}

/** After the effect, and for streams hours later: there is nothing left to decide. */
function judgeResponse(call: Call): Answer {
  return "unreadable" in call ? refused(`docker-id could not read what the engine told: ${call.unreadable}`) : allowed;
}

/** Reads the call to its end; of one that is too large nothing is kept. */
async function read(incoming: IncomingMessage): Promise<Call> {
  let size = 0;
  let chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LONGEST_CALL) chunks = [];
    else chunks.push(chunk);
  }
  if (size > LONGEST_CALL) return { unreadable: "the call is too large" };
  try {
    return readCall(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    if (cause instanceof TypeError) return { unreadable: "the call is not UTF-8" };
    throw cause;
  }
}

function send(outgoing: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  outgoing.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  outgoing.end(text);
}
