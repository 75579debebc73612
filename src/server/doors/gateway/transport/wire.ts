import type { Socket } from "node:net";
import type { Reading } from "./reading.ts";

/** Who hears of a connection's events just now. */
export interface Holder {
  /** Gives true where nothing refers to the piece any more, and its bytes may be written over; else it is kept. */
  data(piece: Buffer): unknown;
  /** The other side will send no more; it may still read. */
  end(): void;
  /** What was written has gone out, and more may follow. */
  drain(): void;
  /** The connection is no more. */
  close(): void;
}

/**
 * A socket, one for its whole life, whose events go to whoever holds it. While nobody does, what comes is kept, within
 * reason, and handed to the next holder.
 */
export interface Wire {
  readonly socket: Socket;
  /** Hands the events to that holder from now on, what was kept first; with none, keeps them. */
  hold(holder: Holder | undefined): void;
  /** Puts bytes back that are for the next holder, before all others. */
  unread(piece: Buffer): void;
  /** Whether bytes wait for a holder. */
  holds(): boolean;
  /** Whether the other side has ended its half, or all of it, whoever has heard of that. */
  gone(): boolean;
  /** Sends a head and the bytes after it in one piece; false when more should wait for `drain`. */
  write(head: string, bytes?: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  destroy(): void;
}

/** How much is kept for a holder to come. */
const mostKept = 64 * 1024;
/** Up to that it is cheaper to copy than to send two pieces. */
const cheapCopy = 16 * 1024;

/** Takes a socket over; nobody else may listen to it. `reading` is that of its constructor, where it has one. */
export function createWire(socket: Socket, reading?: Reading): Wire {
  let holder: Holder | undefined;
  let kept: Buffer[] = [];
  let size = 0;
  let ended = false;
  let toldOfEnd = false;
  let paused = false;

  const take = (piece: Buffer): boolean => {
    if (holder !== undefined && kept.length === 0) return holder.data(piece) === true;
    kept.push(piece);
    size += piece.length;
    if (size > mostKept) socket.pause();
    return false;
  };
  if (reading === undefined) socket.on("data", take);
  else reading.take = take;
  socket.on("end", () => {
    ended = true;
    replay();
  });
  socket.on("drain", () => holder?.drain());
  // What it was is of no use: the connection is closed, and that is told
  socket.on("error", () => undefined);
  socket.on("close", () => holder?.close());

  function next(): Buffer | undefined {
    if (holder === undefined || paused) return undefined;
    const piece = kept.shift();
    size -= piece?.length ?? 0;
    return piece;
  }

  /** Gives the holder what was kept, as long as it is held and not paused. */
  function replay(): void {
    // Whoever gets a piece may pause, or leave the rest to another
    for (let piece = next(); piece !== undefined; piece = next()) holder?.data(piece);
    if (holder === undefined || kept.length > 0) return;
    if (ended && !toldOfEnd) {
      toldOfEnd = true;
      holder.end();
    }
    if (!paused) socket.resume();
  }

  return {
    socket,
    hold(one) {
      holder = one;
      paused = false;
      if (one !== undefined) {
        replay();
        if (socket.closed) holder?.close();
      }
    },
    unread(piece) {
      kept.unshift(piece);
      size += piece.length;
    },
    holds: () => kept.length > 0,
    gone: () => ended || socket.destroyed,
    write(head, bytes) {
      if (bytes === undefined || bytes.length === 0) return socket.write(head, "latin1");
      if (head === "") return socket.write(bytes);
      if (bytes.length > cheapCopy) {
        socket.write(head, "latin1");
        return socket.write(bytes);
      }
      const whole = Buffer.allocUnsafe(head.length + bytes.length);
      whole.write(head, "latin1");
      whole.set(bytes, head.length);
      return socket.write(whole);
    },
    pause() {
      paused = true;
      socket.pause();
    },
    resume() {
      paused = false;
      replay();
    },
    destroy() {
      kept = [];
      socket.destroy();
    },
  };
}
