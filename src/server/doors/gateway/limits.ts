/** What the gateway bears before it says no. */
export interface GatewayLimits {
  /** Open connections from one address, or through the unix sockets. */
  readonly connectionsPerAddress: number;
  /** Open connections in all. */
  readonly connections: number;
  /** Requests that are being decided on or answered, endless ones too. */
  readonly exchanges: number;
  /** From a head's first byte to its last. */
  readonly headMs: number;
  /** For a body that is read before it is decided on: its size, how long it may take, and all of them together. */
  readonly bodyBytes: number;
  readonly bodyMs: number;
  readonly bodiesBytes: number;
}

/** What it bears when nobody says otherwise. An engine shows a plugin no body of more than 4 MiB. */
export const defaultLimits: GatewayLimits = {
  connectionsPerAddress: 3000,
  connections: 10_000,
  exchanges: 5000,
  headMs: 10_000,
  bodyBytes: 4 * 1024 * 1024,
  bodyMs: 30_000,
  bodiesBytes: 128 * 1024 * 1024,
};

/** A connection that is counted. */
export interface Counted {
  /** It waits for a request, and so may be closed for another's sake; or no longer. */
  waits(now: boolean): void;
  /** It is no more. */
  leave(): void;
}

/** Counts connections, by where they come from. */
export interface Door {
  /** Undefined when there is no room, even after a waiting one of the same source was closed. */
  enter(source: string, close: () => void): Counted | undefined;
}

interface Source {
  open: number;
  /** In the order in which they began to wait. */
  readonly waiting: Set<() => void>;
}

/** Makes a count with those limits. Whoever only waits makes room for whoever comes from the same address. */
export function createDoor(limits: Pick<GatewayLimits, "connections" | "connectionsPerAddress">): Door {
  const sources = new Map<string, Source>();
  let open = 0;

  return {
    enter(source, close) {
      const here = sources.get(source) ?? { open: 0, waiting: new Set<() => void>() };
      if (open >= limits.connections || here.open >= limits.connectionsPerAddress) {
        const [oldest] = here.waiting;
        if (oldest === undefined) return undefined;
        here.waiting.delete(oldest);
        oldest();
      }
      open += 1;
      here.open += 1;
      sources.set(source, here);
      let left = false;
      return {
        waits(now) {
          if (now && !left) here.waiting.add(close);
          else here.waiting.delete(close);
        },
        leave() {
          if (left) return;
          left = true;
          open -= 1;
          here.open -= 1;
          here.waiting.delete(close);
          if (here.open === 0) sources.delete(source);
        },
      };
    },
  };
}
