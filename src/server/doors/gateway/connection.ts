import type { Socket } from "node:net";
import { createHeadReader } from "../../../http1/head-reader.ts";
import { describeError } from "../../log.ts";
import type { Asking, readAsking } from "./asking.ts";
import { exchange, type ExchangeParts, type Next } from "./exchange.ts";
import type { Counted } from "./limits.ts";
import type { Origin } from "./origin.ts";
import { say, writeOwnAnswer } from "./own-answer.ts";
import { createWire, type Holder, type Wire } from "./transport/wire.ts";

/** A client's connection. */
export interface Connection {
  /** Since when a head has been coming, of which the end is missing; undefined while none is. */
  headSince(): number | undefined;
  /** Whether a request is under way. */
  busy(): boolean;
  /** Tells the client that its head took too long. */
  late(): void;
  destroy(): void;
}

/** Exchanges that may go on at the same time. */
export interface Slots {
  take(): boolean;
  give(): void;
}

/** How long a client that is told no may take to hear it. */
const lingerMs = 2000;

/** Serves a connection, one request after the other. */
export function serveConnection(
  parts: ExchangeParts,
  socket: Socket,
  origin: Origin,
  counted: Pick<Counted, "waits">,
  slots: Slots,
  read: typeof readAsking,
): Connection {
  const wire = createWire(socket);
  const heads = createHeadReader(read);
  let since: number | undefined;
  let busy = false;

  const waiting: Holder = {
    data(piece) {
      if (since === undefined) {
        since = performance.now();
        counted.waits(false);
      }
      const found = heads.feed(piece);
      if (found.kind === "more") return;
      since = undefined;
      if (found.kind === "bad") return refuse(found.status, found.why);
      wire.hold(undefined);
      if (found.used < piece.length) wire.unread(piece.subarray(found.used));
      busy = true;
      void serve(found.head).then(goOn);
    },
    end: () => wire.destroy(),
    close: () => undefined,
    drain: () => undefined,
  };

  async function serve(asking: Asking): Promise<Next> {
    if (!slots.take()) {
      socket.write(writeOwnAnswer(say(503, "docker-id's gateway is busy; try again"), asking.head.method, true));
      return "close";
    }
    try {
      return await exchange(parts, wire, origin, asking);
    } catch (error) {
      parts.log.error({ cause: describeError(error) }, "a request met an error and was cut off");
      wire.destroy();
      return "gone";
    } finally {
      slots.give();
    }
  }

  function goOn(next: Next): void {
    busy = false;
    if (next === "again") listen();
    else if (next === "close") linger(wire);
    else wire.destroy();
  }

  function listen(): void {
    counted.waits(true);
    wire.hold(waiting);
  }

  function refuse(status: number, why: string): void {
    socket.write(writeOwnAnswer(say(status, why), "", true));
    linger(wire);
  }

  listen();
  return {
    headSince: () => since,
    busy: () => busy,
    late() {
      since = undefined;
      refuse(408, "the request's head took too long");
    },
    destroy: () => wire.destroy(),
  };
}

/** Ends a connection after its last answer. What still comes is let go for a while, or the client would not read why. */
function linger(wire: Wire): void {
  const { socket } = wire;
  const timer = setTimeout(() => wire.destroy(), lingerMs);
  const over = (): void => {
    clearTimeout(timer);
    socket.destroySoon();
  };
  wire.hold({ data: () => undefined, end: over, close: () => clearTimeout(timer), drain: () => undefined });
  socket.end();
}
