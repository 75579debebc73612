import type { Inspectable, Kind, Level, Touch } from "./attempt.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { Unread } from "./unread.ts";

const fullId = /^[0-9a-f]{64}$/;
const imageId = /^sha256:[0-9a-f]{64}$/;
const swarmId = /^[0-9a-z]{25}$/;
const networkId = /^(?:[0-9a-f]{64}|[0-9a-z]{25})$/;

/** What a thing is, whatever is done to it. */
export type Identified = Omit<Touch, "level">;
type Reader = (inspect: JsonObject, asked: string) => Identified;

/**
 * Reads what a thing is from the engine's inspect answer about it, by kind; throws Unread where that makes no sense, and
 * where it is about another thing than was asked for.
 */
export const identify: Readonly<Record<Exclude<Inspectable, "exec" | "task">, Reader>> = {
  container(inspect, asked) {
    const touch = {
      kind: "container",
      id: id(inspect["Id"], fullId),
      names: [text(inspect["Name"]).replace(/^\//, "")],
      labels: labelsOf(member(inspect, "Config")["Labels"]),
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
    return { kind: "volume", id: name, names: [name], labels: labelsOf(inspect["Labels"]) };
  },
  network(inspect, asked) {
    const touch = {
      kind: "network",
      id: id(inspect["Id"], networkId),
      names: [text(inspect["Name"])],
      labels: labelsOf(inspect["Labels"]),
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

/** How a task is touched: as its service, since it has no other owner. */
export function touchOfTask(inspect: JsonObject, asked: string, level: Level): Touch {
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

/** The full id of the container that an exec is in. */
export function containerOfExec(inspect: JsonObject): string {
  return id(inspect["ContainerID"], fullId);
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

/** Labels as the engine shows them. */
export function labelsOf(value: Json | undefined): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw nonsense();
  const found = Object.create(null) as Record<string, string>;
  for (const [key, label] of Object.entries(value)) {
    if (typeof label !== "string") throw nonsense();
    found[key] = label;
  }
  return found;
}

/** Says that the engine's answer cannot be used. */
export function nonsense(): Unread {
  return new Unread("the engine's answer about what is asked for makes no sense");
}
