import type { EngineLookup, Inspectable, Kind, Level, Touch } from "./attempt.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { Unread } from "./unread.ts";

/** A thing that the engine knows: how the attempt touches it, and the engine's whole inspect answer. */
export interface Resolved {
  readonly touch: Touch;
  readonly inspect: JsonObject;
  /** Of an exec, the engine's answer about itself. */
  readonly exec?: JsonObject;
}

/** Throws Unread when the engine knows no such thing, cannot be asked, or answers what makes no sense. */
type Resolve = (name: string, level: Level) => Promise<Resolved>;

/** Names become full ids here, by asking the engine, each name once a request. */
export interface Resolver extends Readonly<Record<Exclude<Inspectable, "exec" | "task">, Resolve>> {
  /** An exec stands for its container: the touch and the inspect are that container's. */
  readonly exec: Resolve;
  /** A task stands for its service; the inspect is the task's own. */
  readonly task: Resolve;
  /** Like the above, but undefined when the engine knows no such thing. */
  readonly find: (kind: Inspectable, name: string, level: Level) => Promise<Resolved | undefined>;
}

/** Makes the resolver of one request. */
export function createResolver(lookup: EngineLookup): Resolver {
  const known = new Map<string, Promise<JsonObject | undefined>>();

  function ask(kind: Inspectable, name: string): Promise<JsonObject | undefined> {
    if (!spellings[kind].test(name)) throw new Unread(`${JSON.stringify(name)} is no name of ${article(kind)}`);
    const key = `${kind} ${name}`;
    let answer = known.get(key);
    if (answer === undefined) {
      answer = fetchInspect(lookup, kind, name);
      known.set(key, answer);
    }
    return answer;
  }

  async function find(kind: Inspectable, name: string, level: Level): Promise<Resolved | undefined> {
    const inspect = await ask(kind, name);
    if (inspect === undefined) return undefined;
    if (kind === "exec") {
      return { ...(await need("container", id(inspect["ContainerID"], fullId), level)), exec: inspect };
    }
    if (kind === "task") return { touch: touchOfTask(inspect, name, level), inspect };
    return { touch: { ...readers[kind](inspect, name), level }, inspect };
  }

  async function need(kind: Inspectable, name: string, level: Level): Promise<Resolved> {
    const found = await find(kind, name, level);
    if (found === undefined) throw new Unread(`the engine knows no ${kind} ${JSON.stringify(name)}`);
    return found;
  }

  const by =
    (kind: Inspectable): Resolve =>
    async (name, level) =>
      need(kind, name, level);
  return {
    container: by("container"),
    image: by("image"),
    volume: by("volume"),
    network: by("network"),
    exec: by("exec"),
    plugin: by("plugin"),
    service: by("service"),
    task: by("task"),
    node: by("node"),
    secret: by("secret"),
    config: by("config"),
    find,
  };
}

async function fetchInspect(lookup: EngineLookup, kind: Inspectable, name: string): Promise<JsonObject | undefined> {
  let answer: unknown;
  try {
    answer = await lookup.inspect(kind, name);
  } catch {
    throw new Unread(`the engine could not be asked for the ${kind} ${JSON.stringify(name)}`);
  }
  if (answer === undefined) return undefined;
  if (!isObject(answer as Json)) throw nonsense();
  return answer as JsonObject;
}

// What the engine itself would take for a name, less what could escape the path that it is asked by
const word = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;
const reference = /^[a-zA-Z0-9][a-zA-Z0-9._:@/-]{0,511}$/;
const spellings: Readonly<Record<Inspectable, RegExp>> = {
  container: word,
  image: reference,
  volume: word,
  network: word,
  exec: /^[0-9a-f]{64}$/,
  plugin: reference,
  service: word,
  task: word,
  node: word,
  secret: word,
  config: word,
};

const fullId = /^[0-9a-f]{64}$/;
const imageId = /^sha256:[0-9a-f]{64}$/;
const swarmId = /^[0-9a-z]{25}$/;
const networkId = /^(?:[0-9a-f]{64}|[0-9a-z]{25})$/;

type Identified = Omit<Touch, "level">;
type Reader = (inspect: JsonObject, asked: string) => Identified;

const readers: Readonly<Record<Exclude<Inspectable, "exec" | "task">, Reader>> = {
  container(inspect, asked) {
    const touch = {
      kind: "container",
      id: id(inspect["Id"], fullId),
      names: [text(inspect["Name"]).replace(/^\//, "")],
      labels: labels(member(inspect, "Config")["Labels"]),
      image: id(inspect["Image"], imageId),
    } as const;
    return meant(touch, asked);
  },
  image: (inspect) => ({
    kind: "image",
    id: id(inspect["Id"], imageId),
    names: [...texts(inspect["RepoTags"]), ...texts(inspect["RepoDigests"])],
  }),
  volume(inspect, asked) {
    const name = text(inspect["Name"]);
    if (name !== asked) throw nonsense();
    return { kind: "volume", id: name, names: [name], labels: labels(inspect["Labels"]) };
  },
  network(inspect, asked) {
    const touch = {
      kind: "network",
      id: id(inspect["Id"], networkId),
      names: [text(inspect["Name"])],
      labels: labels(inspect["Labels"]),
    } as const;
    // By part of its id the engine may say one of the swarm here, and take one of the host by that name elsewhere
    if (swarmId.test(touch.id) && touch.id !== asked && touch.names[0] !== asked) throw nonsense();
    return meant(touch, asked);
  },
  plugin: (inspect) => ({ kind: "plugin", id: id(inspect["Id"], fullId), names: [text(inspect["Name"])] }),
  service: swarmReader("service"),
  secret: swarmReader("secret"),
  config: swarmReader("config"),
  node(inspect) {
    const description = inspect["Description"];
    const hostname = isObject(description) ? description["Hostname"] : undefined;
    return {
      kind: "node",
      id: id(inspect["ID"], swarmId),
      names: typeof hostname === "string" && hostname !== "" ? [hostname] : [],
    };
  },
};

function swarmReader(kind: Kind & ("service" | "secret" | "config")): Reader {
  return (inspect, asked) =>
    meant({ kind, id: id(inspect["ID"], swarmId), names: [text(member(inspect, "Spec")["Name"])] }, asked);
}

function touchOfTask(inspect: JsonObject, asked: string, level: Level): Touch {
  if (!id(inspect["ID"], swarmId).startsWith(asked) && inspect["Name"] !== asked) throw nonsense();
  const service = inspect["ServiceID"];
  // A network attachment's task belongs to no service
  if (service === undefined || service === "") return { kind: "swarm", id: "*", level };
  return { kind: "service", id: id(service, swarmId), level };
}

// The engine answers to a name, to a full id and to its beginnings, and to nothing else
function meant<T extends Identified>(touch: T, asked: string): T {
  if (!touch.id.startsWith(asked) && touch.names?.includes(asked) !== true) throw nonsense();
  return touch;
}

function id(value: Json | undefined, pattern: RegExp): string {
  if (typeof value !== "string" || !pattern.test(value)) throw nonsense();
  return value;
}

function text(value: Json | undefined): string {
  if (typeof value !== "string" || value === "") throw nonsense();
  return value;
}

function texts(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw nonsense();
  return value.map((item: Json) => text(item));
}

function member(inspect: JsonObject, key: string): JsonObject {
  const value = inspect[key];
  if (!isObject(value)) throw nonsense();
  return value;
}

function labels(value: Json | undefined): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw nonsense();
  const found = Object.create(null) as Record<string, string>;
  for (const [key, label] of Object.entries(value)) {
    if (typeof label !== "string") throw nonsense();
    found[key] = label;
  }
  return found;
}

function article(kind: Inspectable): string {
  return kind === "image" || kind === "exec" ? `an ${kind}` : `a ${kind}`;
}

function nonsense(): Unread {
  return new Unread("the engine's answer about what is asked for makes no sense");
}
