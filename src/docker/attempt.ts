/** Kinds of things that a request can touch. `guard` is the guard itself: no restricted id ever reaches it. */
export const kinds = [
  "container",
  "image",
  "volume",
  "network",
  "deployment",
  "repository",
  "registry",
  "build",
  "service",
  "plugin",
  "swarm",
  "node",
  "secret",
  "config",
  "system",
  "host",
  "guard",
] as const;
export type Kind = (typeof kinds)[number];

/** `read` < `write`; repositories have `pull` < `push`, and `delete` apart. */
export type Level = "read" | "write" | "pull" | "push" | "delete";

/** One thing that an attempt reads or writes. */
export interface Touch {
  readonly kind: Kind;
  /**
   * What it is, as the engine resolved it: a full container or image id (`sha256:…` for images), a volume's name, a
   * network's full id, a host power (`privileged`, `bind/srv/data`, `namespace/pid`, `device/dev/kvm`, `port/8080`,
   * `network`, `buildkit` …). `*` where the request speaks of all of a kind, and of none in particular; `+` for a
   * thing that the request would create and that has no id yet.
   */
  readonly id: string;
  readonly level: Level;
  /** Names by which the engine knows the thing (a container's without its slash; an image's tags and digests). */
  readonly names?: readonly string[];
  /** Labels of containers, volumes and networks, as the engine holds them or as the request would set them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The full id of the image that a container is made from. */
  readonly image?: string;
  /** The deployment that the gateway labelled the thing with. */
  readonly deployment?: string;
}

/** What is known of a request besides what it says. */
export interface Circumstances {
  readonly now: Date;
  readonly door: "authz" | "gateway" | "admin" | "socket" | "registry";
  /** The client's address; absent where the door cannot see one (the plugin's never can). */
  readonly address?: string;
  /** The TLS client's certificate, where there was one. */
  readonly peer?: { readonly sha256: string; readonly cn: string };
  /** Names of the engine that this verifier guards: its id and its name. */
  readonly engine: readonly string[];
  /** The path of the docker-id socket that the request came through. */
  readonly socket?: string;
  /** The registry service and user, at the registry's door. */
  readonly service?: string;
  readonly account?: string;
  /** Creation chains whose labels the thing carries are known only behind the gateway. */
  readonly ownership: boolean;
}

/** What one request would do, in the words that caveats judge. */
export interface Attempt {
  /** From the table: `container.start`, `image.list` … */
  readonly action: string;
  /** Whether it reads or writes in truth, whatever its method says. */
  readonly op: "read" | "write";
  /** Ping and version: asked of an id's signature, revocation, time, address and host alone. */
  readonly handshake: boolean;
  /** The answer outlives the request: events, follow, stats, attach … */
  readonly stream: boolean;
  readonly touches: readonly Touch[];
}

/** A request that was not understood, with the reason; every restricted id is refused it. */
export interface Unreadable {
  /** The action, where at least the target was understood. */
  readonly action?: string;
  readonly unreadable: string;
}

/** A request to the engine as a door received it. */
export interface EngineRequest {
  /** As sent: `GET`, `POST` … */
  readonly method: string;
  /** The raw request target, undecoded. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent when the door was shown none. */
  readonly body?: Uint8Array;
  /**
   * Every header line is in `headers`, and none of them was given twice with different values. Absent where the door
   * cannot know: a plugin is shown only the last of those with one name, while the engine goes by the first.
   */
  readonly wholeHead?: true;
}

/** Objects that can be looked up in the engine by a name. */
export type Inspectable =
  | "container"
  | "image"
  | "volume"
  | "network"
  | "exec"
  | "plugin"
  | "service"
  | "task"
  | "node"
  | "secret"
  | "config";

/** The engine, as far as reading a request needs it. */
export interface EngineLookup {
  /** The engine's own inspect answer as parsed JSON; `undefined` when it knows no such thing; throws when it cannot be asked. */
  inspect(kind: Inspectable, name: string): Promise<unknown>;
}

/** What lies out of reach of every restricted id. */
export interface GuardBounds {
  /** Absolute host paths of sockets, state, keys and configuration; their ancestors and what is below are meant too. */
  readonly paths: readonly string[];
}
