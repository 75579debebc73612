import type { Inspectable } from "./attempt.ts";
import { canonicalBody } from "./canonical-body.ts";
import { type Names, namesOf } from "./canonical-names.ts";
import { readFilters, spellFilters } from "./filters.ts";
import type { JsonObject } from "./json.ts";
import { readList } from "./query.ts";
import type { ReadRequest } from "./read-request.ts";

/** A request in the one form in which it is sent on: what was read, and nothing else, with full ids in place of names. */
export interface CanonicalRequest {
  readonly method: string;
  readonly target: string;
  readonly body?: JsonObject;
}

/** Says again what was read. Reading it once more gives the same attempt. */
export function canonicalRequest(read: ReadRequest): CanonicalRequest {
  const names = namesOf(read);
  const space = read.operation.indexOf(" ");
  const path = canonicalPath(read, read.operation.slice(space + 1), names);
  const query = canonicalQuery(read, names);
  return {
    method: read.operation.slice(0, space),
    target: read.version + path + (query === "" ? "" : `?${query}`),
    ...(read.body && { body: canonicalBody(read.operation, read.body, names) }),
  };
}

/** What the first segment of a path says of the name in it; no volume has any other name than that. */
const areas: Readonly<Record<string, Inspectable>> = {
  containers: "container",
  exec: "exec",
  networks: "network",
  services: "service",
  tasks: "task",
  nodes: "node",
  secrets: "secret",
  configs: "config",
};

// The others mean a name where a name is given: they push it, take it away, or write it into an archive
const byImageId = new Set(["json", "history", "attestations", "tag"]);
const imageId = /^(?:sha256:)?[0-9a-f]{64}$/;

function canonicalPath({ names: said }: ReadRequest, template: string, names: Names): string {
  const [, area = ""] = template.split("/");
  const kind = areas[area];
  return template.replaceAll(/\{(\w+)\*?\}/g, (_, key: string) => {
    const name = said[key] ?? "";
    if (key === "checkpoint") return name;
    if (kind !== undefined) return names.id(kind, name);
    return area === "images" ? canonicalImage(template, name, names) : name;
  });
}

function canonicalImage(template: string, name: string, names: Names): string {
  const verb = template.slice(template.lastIndexOf("/") + 1);
  if (byImageId.has(verb)) return names.id("image", name);
  if (!names.has("image", name)) return name;
  const id = names.id("image", name);
  // A removal may mean an image by part of its id, and then all of its names
  const byId = id.startsWith(name) || id.startsWith(`sha256:${name}`);
  return byId ? id : name;
}

/** Parameters whose value is a name. */
const namedParameters: Readonly<Record<string, Readonly<Record<string, Inspectable>>>> = {
  "GET /containers/json": { before: "container", since: "container" },
  "POST /commit": { container: "container" },
};

/** Filters whose values are names that the engine looks up. */
const namedFilters: Readonly<Record<string, Readonly<Record<string, Inspectable>>>> = {
  "GET /containers/json": { before: "container", since: "container" },
  "GET /images/json": { before: "image", since: "image" },
  "GET /tasks": { service: "service", node: "node" },
};

function canonicalQuery(read: ReadRequest, names: Names): string {
  const written: string[] = [];
  for (const name of read.query.keys()) {
    for (const value of readList(read.query, name)) {
      written.push(`${encodeURIComponent(name)}=${encodeURIComponent(canonicalValue(read, name, value, names))}`);
    }
  }
  return written.join("&");
}

function canonicalValue({ operation, row, query }: ReadRequest, name: string, value: string, names: Names): string {
  if (value === "") return "";
  const kind = namedParameters[operation]?.[name];
  if (kind !== undefined) return names.id(kind, value);
  if (operation === "POST /build" && name === "networkmode") return canonicalMode(value, names);
  if (operation === "GET /images/get" && name === "names" && imageId.test(value)) return names.id("image", value);
  const lookedUp = namedFilters[operation];
  if (name === "filters" && lookedUp !== undefined) {
    const filters = [...readFilters(query)].map(([filter, values]) => {
      const of = lookedUp[filter];
      return [filter, of === undefined ? values : values.map((one) => names.id(of, one))] as const;
    });
    return spellFilters(new Map(filters));
  }
  return row.query?.[name]?.spell?.(value) ?? value;
}

/** A network mode: another container's, a network's, or one of the engine's own. */
function canonicalMode(mode: string, names: Names): string {
  const joined = /^container:(.*)$/s.exec(mode)?.[1];
  if (joined !== undefined) return `container:${names.id("container", joined)}`;
  return names.has("network", mode) ? names.id("network", mode) : mode;
}
