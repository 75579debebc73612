import type { Holder, Wire } from "./wire.ts";

/**
 * Hands bytes to and fro, whatever they are, until both sides have ended; each half may end by itself. Resolves when
 * both connections are gone.
 */
export function tunnel(client: Wire, upstream: Wire): Promise<void> {
  return new Promise((resolve) => {
    let open = 2;
    const closed = (): void => {
      open -= 1;
      if (open === 0) resolve();
    };
    client.hold(hand(client, upstream, closed));
    upstream.hold(hand(upstream, client, closed));
  });
}

function hand(from: Wire, to: Wire, closed: () => void): Holder {
  let over = false;
  return {
    data(piece) {
      if (!to.socket.write(piece)) from.pause();
      return to.socket.writableLength === 0;
    },
    // What was written before still goes out
    end: () => to.socket.end(),
    drain: () => to.resume(),
    close() {
      if (over) return;
      over = true;
      // Nobody is left to hear the other; after a regular end it still gets what was sent before
      if (from.socket.readableEnded) to.socket.destroySoon();
      else to.destroy();
      closed();
    },
  };
}
