import { foldsTo, isObject, type Json, type JsonObject } from "./json.ts";
import { Unread } from "./unread.ts";

// What the design lets a client ask of the gateway by label; nobody is to believe that it was granted
const requests = /^docker-id\.(?:socket|daemon-socket|api-scopes|api-token-ttl)$/i;
const labels: ReadonlySet<string> = new Set(["Labels"]);

/** Whether a label is the gateway's alone. */
export function isReserved(key: string): boolean {
  return /^docker-id(?:\.|$)/i.test(key.trim());
}

/** The labels of an image, which its containers inherit. */
export function inheritedLabels(inspect: JsonObject): JsonObject {
  const config = inspect["Config"];
  const inherited = isObject(config) ? config["Labels"] : undefined;
  return isObject(inherited) ? inherited : {};
}

/**
 * A body without the labels that the gateway alone may set, wherever it has labels: clients that make a container anew
 * from an inspect answer send them back. Throws Unread for those that ask the gateway for something it does not give.
 */
export function withoutReserved<T extends Json>(value: T): T {
  return strip(value) as T;
}

/** The same for labels by themselves. */
export function withoutReservedLabels(given: JsonObject): JsonObject {
  const kept = Object.create(null) as Record<string, Json>;
  for (const [key, label] of Object.entries(given)) {
    if (requests.test(key.trim())) throw new Unread(`the label ${key.trim()} asks for what this gateway does not give`);
    if (!isReserved(key)) kept[key] = label;
  }
  return kept;
}

function strip(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => strip(item));
  if (!isObject(value)) return value;
  const kept = Object.create(null) as Record<string, Json>;
  for (const [key, member] of Object.entries(value)) {
    const holdsLabels = labels.has(key) || foldsTo(key, labels) !== undefined;
    kept[key] = holdsLabels && isObject(member) ? withoutReservedLabels(member) : strip(member);
  }
  return kept;
}
