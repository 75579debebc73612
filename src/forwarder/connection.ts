import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { dial, unreachable } from "../docker-cli/dial.ts";
import type { Endpoint } from "../docker-cli/endpoint.ts";
import { Failure } from "../errors.ts";
import { type BodyReader, createBodyReader } from "../http1/body-reader.ts";
import { createHeadReader } from "../http1/head-reader.ts";
import { parseRequest, type RequestHead } from "../http1/request.ts";
import { createAnswerFollower } from "./answer.ts";
import { writeOwnAnswer } from "./own-answer.ts";
import { rewriteHead } from "./rewrite.ts";

/** Gives the id that a connection is to carry; rejects with a Failure where there is none. */
export type IdSource = () => Promise<string>;

/** What came too early is held up to here; then the client has to wait. */
const mostHeld = 64 * 1024;
/** How long a client may take to read the last of its answer. */
const lingerMs = 2000;

/**
 * Joins a client's connection to one of the engine's own: each request goes on under the id, one after the other, and all
 * else as it came, until the engine takes the connection over for a stream; from then on both directions are bytes.
 */
export function forwardConnection(client: Socket, engine: Endpoint, id: IdSource): void {
  const heads = createHeadReader(parseRequest);
  const answers = createAnswerFollower();
  let upstream: Duplex | undefined;
  let token = "";
  let held: Buffer[] = [];
  let heldBytes = 0;
  let clientEnded = false;
  let finishing = false;
  /** The next bytes of the client are not to be read yet: the engine is being dialled, or owes an answer. */
  let waiting = false;
  let raw = false;
  /** The request whose answer is due, and what of both has been seen. */
  let current: { method: string; body: BodyReader; answering: boolean; answered: boolean } | undefined;

  function take(piece: Buffer): void {
    if (finishing) return;
    held.push(piece);
    heldBytes += piece.length;
    advance();
    if (heldBytes > mostHeld) client.pause();
  }

  function advance(): void {
    while (held.length > 0 && mayGoOn()) {
      const piece = held.shift() ?? Buffer.alloc(0);
      heldBytes -= piece.length;
      const used = raw ? passOn(piece) : readOn(piece);
      if (used === undefined) return;
      if (used < piece.length) {
        held.unshift(piece.subarray(used));
        heldBytes += piece.length - used;
      }
    }
    if (client.isPaused() && heldBytes <= mostHeld && upstream?.writableNeedDrain !== true) client.resume();
    if (clientEnded && held.length === 0 && !finishing) endUpstream();
  }

  function mayGoOn(): boolean {
    return !finishing && (raw || !waiting);
  }

  /** Reads some of a piece as HTTP and gives how much; undefined when nothing more is to be read at all. */
  function readOn(piece: Buffer): number | undefined {
    if (current !== undefined && !current.body.done()) {
      const found = current.body.feed(piece);
      if (found.kind === "bad") return refuse(found.status, found.why);
      passOn(piece.subarray(0, found.used));
      settle();
      return found.used;
    }
    const found = heads.feed(piece);
    if (found.kind === "bad") return refuse(found.status, found.why);
    if (found.kind === "more") return piece.length;
    begin(found.head);
    return found.used;
  }

  function begin(head: RequestHead): void {
    current = {
      method: head.method,
      body: createBodyReader(head.body, { trailers: true }),
      answering: false,
      answered: false,
    };
    if (upstream !== undefined) return send(upstream, head);
    waiting = true;
    start(head).catch(refuseFor);
  }

  async function start(head: RequestHead): Promise<void> {
    const opened = await open();
    if (opened.destroyed) return;
    waiting = false;
    send(opened, head);
    advance();
  }

  function send(to: Duplex, head: RequestHead): void {
    to.write(rewriteHead(head, engine, token), "latin1");
    answers.expect(head.method);
    settle();
  }

  /** Once a request has gone on whole, its answer is waited for; once that is whole too, the next request may come. */
  function settle(): void {
    if (current === undefined || !current.body.done()) return;
    waiting = !current.answered;
    if (current.answered) current = undefined;
  }

  async function open(): Promise<Duplex> {
    token = await id();
    const opened = await dial(engine);
    upstream = opened;
    opened.on("data", (piece: Buffer) => answer(opened, piece));
    opened.on("end", () => client.end());
    opened.on("error", refuseFor);
    opened.on("drain", advance);
    opened.on("close", finish);
    if (client.destroyed) opened.destroy();
    return opened;
  }

  function passOn(piece: Buffer): number {
    if (upstream?.writable === true && !upstream.write(piece)) client.pause();
    return piece.length;
  }

  function answer(from: Duplex, piece: Buffer): void {
    const progress = raw ? "raw" : answers.feed(piece);
    if (typeof progress === "object") return refuseFor(new Error(progress.why));
    if (current !== undefined) current.answering = true;
    if (!client.write(piece)) {
      from.pause();
      client.once("drain", () => from.resume());
    }
    if (progress === "raw" && !raw) raw = true;
    else if (progress === "ended" && current !== undefined) {
      current.answered = true;
      settle();
    } else return;
    advance();
  }

  function endUpstream(): void {
    if (upstream === undefined) {
      if (current === undefined) client.end();
    } else if (upstream.writable) upstream.end();
  }

  /** Says no in the engine's place, where nothing of an answer has been passed on, and ends the connection. */
  function refuse(status: number, message: string): undefined {
    if (!raw && !finishing && current?.answering !== true)
      client.write(writeOwnAnswer(status, message, current?.method ?? "GET"));
    finish();
    upstream?.destroy();
  }

  /** Nothing more is read; a client that still sends would lose what it has not read yet, were it cut off at once. */
  function finish(): void {
    if (finishing) return;
    finishing = true;
    held = [];
    const linger = () => setTimeout(() => client.destroy(), lingerMs).unref();
    if (client.writableFinished) linger();
    else client.once("finish", linger);
    client.end();
    client.resume();
  }

  function refuseFor(error: unknown): void {
    // Between two requests nobody waits for an answer
    if (current === undefined) {
      finish();
      upstream?.destroy();
      return;
    }
    const { code, message, hint } = error instanceof Failure ? error : unreachable(engine, error);
    refuse(code === "no_engine" ? 502 : 403, hint === undefined ? message : `${message}: ${hint}`);
  }

  client.on("data", take);
  client.on("end", () => {
    clientEnded = true;
    if (finishing) client.destroy();
    else advance();
  });
  client.on("error", () => upstream?.destroy());
  client.on("close", () => {
    if (upstream?.readableEnded !== true) upstream?.destroy();
  });
}
