import type { Kind, Touch } from "./attempt.ts";
import { isObject, type Json } from "./json.ts";

/** One of the engine's events, as far as it is known whom it concerns. */
export interface ReadEvent {
  /** `container`, `image` …, as the engine has it. */
  readonly type: string;
  readonly action: string;
  /** The thing itself: its id and name and, of a container, its labels and the image that it was created from, if by id. */
  readonly touch: Touch;
  /** The container that a network or a volume of the event has to do with. */
  readonly container?: string;
}

/** What each type of event concerns. */
export const eventKinds: Readonly<Record<string, Kind>> = {
  container: "container",
  image: "image",
  volume: "volume",
  network: "network",
  plugin: "plugin",
  service: "service",
  node: "node",
  secret: "secret",
  config: "config",
  builder: "build",
  daemon: "system",
};

// What the engine itself adds to a container's labels: nobody's label, whatever the container has under that name
const added = new Set(
  (
    "image name exitCode signal execID execDuration oldName comment " +
    "imageID imageRef container height width delete source destination"
  ).split(" "),
);
const imageId = /^sha256:[0-9a-f]{64}$/;
const containerId = /^[0-9a-f]{64}$/;

/** Reads an event; undefined where it is not understood. */
export function readEvent(event: Json): ReadEvent | undefined {
  if (!isObject(event)) return undefined;
  const { Type: type, Action: action, Actor: actor } = event;
  if (typeof type !== "string" || typeof action !== "string" || !isObject(actor)) return undefined;
  const kind = Object.hasOwn(eventKinds, type) ? eventKinds[type] : undefined;
  const id = actor["ID"];
  if (kind === undefined || typeof id !== "string") return undefined;
  const attributes = readAttributes(actor["Attributes"]);
  const { container } = attributes;
  return {
    type,
    action,
    touch: touchOf(kind, id, attributes),
    ...(kind !== "container" && container !== undefined && { container }),
  };
}

function touchOf(kind: Kind, id: string, attributes: Readonly<Record<string, string>>): Touch {
  const { name, image } = attributes;
  const names = name === undefined || name === "" ? [] : [name];
  if (kind === "container") {
    const labels = Object.entries(attributes).filter(([key]) => !added.has(key));
    return {
      kind,
      id: containerId.test(id) ? id : "*",
      level: "read",
      names,
      labels: Object.fromEntries(labels),
      ...(image !== undefined && imageId.test(image) && { image }),
    };
  }
  // Of some events about images the id is a name
  if (kind === "image" && !imageId.test(id)) return { kind, id: "", level: "read", names: [id, ...names] };
  if (kind === "build") return { kind, id: "*", level: "read" };
  if (kind === "system") return { kind, id: "daemon", level: "read" };
  return { kind, id, level: "read", names };
}

function readAttributes(value: Json | undefined): Readonly<Record<string, string>> {
  const read = Object.create(null) as Record<string, string>;
  if (!isObject(value)) return read;
  for (const [key, attribute] of Object.entries(value)) if (typeof attribute === "string") read[key] = attribute;
  return read;
}
