import { Socket } from "node:net";
import { createReading } from "./reading.ts";
import { createWire, type Holder, type Wire } from "./wire.ts";

/** A connection to the engine. */
export interface Upstream {
  readonly wire: Wire;
  /** It has carried a whole request and its answer before. */
  readonly reused: boolean;
}

/** Connections to the engine, kept for the next request. */
export interface Pool {
  /** One that was kept, or a new one, which may turn out not to connect. */
  take(fresh: boolean): Upstream;
  /** Gives back one that has nothing more to say. */
  give(wire: Wire): void;
  close(): void;
}

const mostIdle = 128;

/** Makes the pool of an engine's unix socket. Connects when it is asked to. */
export function createPool(socketPath: string): Pool {
  const idle: Wire[] = [];
  let closed = false;

  function forget(wire: Wire): void {
    const at = idle.indexOf(wire);
    if (at >= 0) idle.splice(at, 1);
    wire.destroy();
  }

  return {
    take(fresh) {
      const kept = fresh ? undefined : idle.pop();
      if (kept !== undefined && !kept.gone()) {
        kept.socket.ref();
        return { wire: kept, reused: true };
      }
      kept?.destroy();
      const reading = createReading();
      const socket = new Socket({ allowHalfOpen: true, onread: reading.onread });
      const wire = createWire(socket, reading);
      socket.connect(socketPath);
      return { wire, reused: false };
    },
    give(wire) {
      if (closed || idle.length >= mostIdle || wire.gone()) return wire.destroy();
      // An engine that speaks unasked is not understood, and one that goes is not kept
      const drop = (): void => forget(wire);
      const waiting: Holder = { data: drop, end: drop, drain: () => undefined, close: drop };
      idle.push(wire);
      wire.socket.unref();
      wire.hold(waiting);
    },
    close() {
      closed = true;
      for (const wire of idle.splice(0)) wire.destroy();
    },
  };
}
