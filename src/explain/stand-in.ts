import { randomBytes } from "node:crypto";
import { chmod } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ReadAnswer } from "../client/explain.ts";
import type { AskedRequest, Explanation, MadeThing } from "../protocol/explain.ts";
import { answerTo, answerToFollowing, makes, type Answer } from "./answers.ts";
import type { Step } from "./step.ts";

/** What the engine's stand-in asks of others. */
export interface StandInParts {
  readonly explain: (request: AskedRequest, made: readonly MadeThing[]) => Promise<Explanation>;
  /** Asks the engine itself, for a read that was found allowed. */
  readonly read: (method: "GET" | "HEAD", target: string) => Promise<ReadAnswer>;
}

/** A socket that docker takes for the engine. */
export interface StandIn {
  /** What was asked so far, in the order in which it came. */
  readonly steps: () => readonly Step[];
  /** Something was asked whose real answer could have been followed by more, and which had none. */
  readonly unanswered: () => boolean;
  /** Something was refused, or the engine itself said no: docker may have stopped for that. */
  readonly stopped: () => boolean;
  /** An answer was cut off that nothing follows on: files, what is watched. docker may have stopped for that. */
  readonly cut: () => boolean;
  /** Rejects when asking the verifier or the engine fails; never resolves. */
  readonly failed: Promise<never>;
  readonly close: () => Promise<void>;
}

const mostSteps = 100;
/** As much of a body as the verifier takes; docker's are a hundredth of it. */
const longestBody = 512 * 1024;
/** What is decided on; docker's other headers may hold the passwords of registries. */
const decisive = ["content-type", "content-length"] as const;

/** Listens on a unix socket that nobody else may open. */
export async function openStandIn(socket: string, { explain, read }: StandInParts): Promise<StandIn> {
  const steps: Step[] = [];
  const made: MadeThing[] = [];
  const strange = new Set<string>();
  let unanswered = false;
  let stopped = false;
  let cut = false;
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => undefined);

  async function judge(at: number, asked: AskedRequest): Promise<Answer> {
    const { method, target } = asked;
    const said = `${target} ${asked.body === undefined ? "" : Buffer.from(asked.body, "base64").toString("latin1")}`;
    if ([...strange].some((id) => said.includes(id))) {
      unanswered = true;
      steps[at] = { method, target: [...strange].reduce(hide, target), follows: true };
      return answerToFollowing(method);
    }
    const before = followed(said, made);
    const explanation = await explain(asked, before);
    const shown = before.map(({ id }) => id).reduce(hide, target);
    steps[at] = { method, target: shown, follows: before.length > 0, explanation };
    if (explanation.verdict === "refused") {
      stopped = true;
      const reasons = explanation.reasons.map(({ caveat, why }) => (caveat === undefined ? why : `${caveat}: ${why}`));
      const message = `authorization denied by plugin docker-id: ${reasons.join("; ")}`;
      return { kind: "json", status: 403, body: { message } };
    }
    const id = randomBytes(32).toString("hex");
    const making = makes(explanation.action);
    if (making === "other") strange.add(id);
    else if (making !== undefined) made.push({ id, by: asked });
    // What is not there cannot be read
    if (before.length > 0 && (method === "GET" || method === "HEAD"))
      return { kind: "json", status: 200, body: invented };
    if (explanation.stream && method === "GET") cut = true;
    return answerTo({ ...explanation, method }, id);
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "", url: target = "" } = incoming;
    if (steps.length >= mostSteps) {
      unanswered = true;
      return sendJson(outgoing, 503, { message: "docker-id has seen enough" });
    }
    const at = steps.push({ method, target, follows: true }) - 1;
    const body = await readBody(incoming);
    const headers = decisive.flatMap((name) => {
      const value = incoming.headers[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const asked = {
      method,
      target,
      headers: Object.fromEntries(headers),
      ...(body.length === 0 ? {} : { body: body.toString("base64") }),
    };
    const found = await judge(at, asked);
    switch (found.kind) {
      case "json":
        return sendJson(outgoing, found.status, found.body, found.type);
      case "hijack":
        return hijack(outgoing);
      case "none":
        if (found.last) cut = true;
        else unanswered = true;
        return sendJson(outgoing, 501, { message: "docker-id answers in the engine's place, and has no data" });
      case "read": {
        const { status, headers: told, body: said } = await read(method === "HEAD" ? "HEAD" : "GET", target);
        if (status >= 400) stopped = true;
        outgoing
          .writeHead(status, { ...told, ...(method === "HEAD" ? {} : { "content-length": said.length }) })
          .end(said);
      }
    }
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      outgoing.destroy();
      fail(error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(socket, resolve);
  });
  await chmod(socket, 0o600);
  return {
    steps: () => steps,
    unanswered: () => unanswered,
    stopped: () => stopped,
    cut: () => cut,
    failed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a request is about of all that was made up, and what that was made in. */
function followed(text: string, made: readonly MadeThing[]): readonly MadeThing[] {
  const named = made.filter(({ id }) => text.includes(id));
  const about = [text, ...named.map(({ by }) => by.target)];
  return made.filter(({ id }) => about.some((one) => one.includes(id)));
}

function hide(text: string, id: string): string {
  return text.replaceAll(id, "NEW");
}

/** Enough of a container, or of an exec, that came to its end. */
const invented = {
  State: { Status: "exited", Running: false, ExitCode: 0 },
  Config: { Tty: false },
  HostConfig: {},
  Running: false,
  ExitCode: 0,
};

/** The body where it is JSON, as a plugin is shown it; whatever else comes is let run out. */
async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const shown = /^application\/json/i.test(incoming.headers["content-type"] ?? "");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (shown && size <= longestBody) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function sendJson(outgoing: ServerResponse, status: number, body?: unknown, type = "application/json"): void {
  if (status === 204) {
    outgoing.writeHead(status).end();
    return;
  }
  const text = body === undefined ? "" : `${JSON.stringify(body)}\n`;
  outgoing.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) }).end(text);
}

/** Hands the connection over as the engine does, and ends it. */
function hijack(outgoing: ServerResponse): void {
  const { socket } = outgoing;
  if (socket === null) return;
  outgoing.detachSocket(socket);
  const head = [
    "HTTP/1.1 101 UPGRADED",
    "Content-Type: application/vnd.docker.raw-stream",
    "Connection: Upgrade",
    "Upgrade: tcp",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n`);
}
