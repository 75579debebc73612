import type { Names } from "./canonical-names.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";

type Edit = (value: Json) => Json;
type Edits = Readonly<Record<string, Edit>>;

/** A body that was read, with full ids in place of the names in it. */
export function canonicalBody(operation: string, body: JsonObject, names: Names): JsonObject {
  switch (operation) {
    case "POST /containers/create":
      return canonicalCreate(body, names);
    case "POST /networks/{id}/connect":
      return edit(body, { Container: containerName(names), EndpointConfig: endpoint(names) });
    case "POST /networks/{id}/disconnect":
      return edit(body, { Container: containerName(names) });
    case "POST /networks/create":
      return edit(body, { ConfigFrom: within({ Network: (name) => networkName(name, names) }) });
    case "POST /services/create":
    case "POST /services/{id}/update": {
      const networks = each(within({ Target: text((target) => networkId(target, names)) }));
      return edit(body, { Networks: networks, TaskTemplate: within({ Networks: networks }) });
    }
    default:
      return body;
  }
}

function canonicalCreate(body: JsonObject, names: Names): JsonObject {
  const ids = edit(body, {
    Image: text((image) => names.id("image", image)),
    HostConfig: within({
      NetworkMode: text((mode) => joined(mode, names) ?? attachedAs(mode, names)),
      PidMode: text((mode) => joined(mode, names) ?? mode),
      IpcMode: text((mode) => joined(mode, names) ?? mode),
      UTSMode: text((mode) => joined(mode, names) ?? mode),
      UsernsMode: text((mode) => joined(mode, names) ?? mode),
      CgroupnsMode: text((mode) => joined(mode, names) ?? mode),
      VolumesFrom: each(text((from) => replaceFirst(from, (name) => names.id("container", name)))),
      Links: links(names),
      Mounts: each((mount) => canonicalMount(mount, names)),
    }),
    NetworkingConfig: within({ EndpointsConfig: (endpoints) => canonicalEndpoints(endpoints, names) }),
  });
  return withOwnNetwork(ids, body, names);
}

function canonicalMount(mount: Json, names: Names): Json {
  if (!isObject(mount) || mount["Type"] !== "image") return mount;
  return edit(mount, { Source: text((image) => names.id("image", image)) });
}

// The engine attaches by the id in the settings, and shows the key
function canonicalEndpoints(endpoints: Json, names: Names): Json {
  if (!isObject(endpoints)) return endpoints;
  const edited = Object.entries(endpoints).map(([name, settings]): [string, Json] => {
    const given = settings === null ? settings : endpoint(names)(settings);
    if (!names.has("network", name)) return [name, given];
    const own = isObject(given) ? given : {};
    const id = own["NetworkID"];
    const bound = typeof id === "string" && id !== "" ? id : names.id("network", name);
    return [attachedAs(name, names), { ...own, NetworkID: bound }];
  });
  return Object.fromEntries(edited);
}

/** Binds a network that is the mode alone to its id, as the engine would add it by its name. */
function withOwnNetwork(body: JsonObject, said: JsonObject, names: Names): JsonObject {
  const config = said["HostConfig"];
  const mode = isObject(config) ? config["NetworkMode"] : undefined;
  if (typeof mode !== "string" || !names.has("network", mode)) return body;
  const networking = body["NetworkingConfig"];
  const endpoints = isObject(networking) ? networking["EndpointsConfig"] : undefined;
  if (isObject(endpoints) && Object.keys(endpoints).length > 0) return body;
  const added = { [attachedAs(mode, names)]: { NetworkID: names.id("network", mode) } };
  return { ...body, NetworkingConfig: { ...(isObject(networking) ? networking : {}), EndpointsConfig: added } };
}

function endpoint(names: Names): Edit {
  return within({ NetworkID: text((id) => networkId(id, names)), Links: links(names) });
}

// Without an alias of its own the link has the name that it was asked for by
function links(names: Names): Edit {
  return each(
    text((link) => {
      const [name = "", alias = name] = link.split(":");
      return `${names.id("container", name)}:${alias}`;
    }),
  );
}

function joined(mode: string, names: Names): string | undefined {
  const name = /^container:(.*)$/s.exec(mode)?.[1];
  return name === undefined ? undefined : `container:${names.id("container", name)}`;
}

/** A network as containers keep it: by its name, unless it was asked for by its id, as two may have one name. */
function attachedAs(name: string, names: Names): string {
  if (!names.has("network", name)) return name;
  const { id, names: [known] = [] } = names.resolved("network", name).touch;
  return id.startsWith(name) && known !== name ? id : (known ?? id);
}

function networkName(name: Json, names: Names): Json {
  if (typeof name !== "string" || !names.has("network", name)) return name;
  return names.resolved("network", name).touch.names?.[0] ?? name;
}

function networkId(name: string, names: Names): string {
  return names.has("network", name) ? names.id("network", name) : name;
}

function containerName(names: Names): Edit {
  return text((name) => names.id("container", name));
}

function replaceFirst(said: string, replace: (first: string) => string): string {
  const colon = said.indexOf(":");
  return colon < 0 ? replace(said) : replace(said.slice(0, colon)) + said.slice(colon);
}

// Null and empty texts say nothing, and stay
function text(replace: (said: string) => string): Edit {
  return (value) => (typeof value === "string" && value !== "" ? replace(value) : value);
}

function each(change: Edit): Edit {
  return (value) => (Array.isArray(value) ? value.map((item: Json) => change(item)) : value);
}

function within(edits: Edits): Edit {
  return (value) => (isObject(value) ? edit(value, edits) : value);
}

function edit(object: JsonObject, edits: Edits): JsonObject {
  const entries = Object.entries(object).map(([key, value]): [string, Json] => [
    key,
    Object.hasOwn(edits, key) ? (edits[key] as Edit)(value) : value,
  ]);
  return Object.fromEntries(entries);
}
