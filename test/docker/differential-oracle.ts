import type { Attempt, Unreadable } from "../../src/docker/attempt.ts";
import type { RawAnswer } from "../support/raw.ts";

/** What an engine did, as far as its answer gives it away: one of some actions, to one thing or to all of a kind. */
export interface Did {
  readonly actions: readonly string[];
  readonly kind?: string;
  /** A full id, a volume's name, or `*`. */
  readonly id?: string;
}

/** What is known of the things that a container's own output is recognised by. */
export interface Known {
  /** Full ids by the name under which the container was made, which it prints, carries as a file and runs under. */
  readonly containers: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;
type Tell = (answer: Fields) => Did | undefined;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const has = (answer: Fields, ...keys: readonly string[]): boolean => keys.every((key) => Object.hasOwn(answer, key));

// Each answer of the engine has fields that no other has
const objects: readonly Tell[] = [
  (it) => (has(it, "HostConfig", "State") ? of("container.inspect", "container", it["Id"]) : undefined),
  (it) => (has(it, "RootFS", "RepoTags") ? of("image.inspect", "image", it["Id"]) : undefined),
  (it) => (has(it, "Mountpoint", "Driver") ? of("volume.inspect", "volume", it["Name"]) : undefined),
  (it) => (has(it, "IPAM", "Driver") ? of("network.inspect", "network", it["Id"]) : undefined),
  (it) => (has(it, "ContainerID", "ProcessConfig") ? of("exec.inspect", "container", it["ContainerID"]) : undefined),
  (it) => (has(it, "precpu_stats") ? of("container.stats", "container", it["id"]) : undefined),
  (it) => (has(it, "Volumes", "Warnings") ? of("volume.list", "volume", "*") : undefined),
  (it) => (has(it, "LayersSize") ? { actions: ["system.df"] } : undefined),
  (it) => (has(it, "ContainersRunning") ? { actions: ["system.info"] } : undefined),
  (it) => (has(it, "ApiVersion", "Components") ? { actions: ["system.version"] } : undefined),
];
const lists: readonly Tell[] = [
  (it) => (has(it, "Command", "Names") ? of("container.list", "container", "*") : undefined),
  (it) => (has(it, "ParentId", "RepoTags") ? of("image.list", "image", "*") : undefined),
  (it) => (has(it, "IPAM", "Driver") ? of("network.list", "network", "*") : undefined),
  (it) => (has(it, "CreatedBy", "Size") ? of("image.history", "image", it["Id"]) : undefined),
];

/** Tells from an answer what the engine did; undefined where it did nothing, or does not say to what. */
export function tellFrom({ status, headers, text: body }: RawAnswer, known: Known): Did | undefined {
  const stat = headers["x-docker-container-path-stat"];
  if (stat !== undefined) return ofNamed("container.archive-read", Buffer.from(stat, "base64").toString("utf8"), known);
  if (status === 409) return tellFromConflict(body);
  if (status !== 200) return undefined;
  if (body === "OK") return { actions: ["system.ping"] };
  const json = parse(body);
  if (Array.isArray(json)) return tellFromList(json as readonly Fields[], known);
  if (typeof json === "object" && json !== null) return tellFromObject(json as Fields, known);
  const manifest = /"Config":"([0-9a-f]{64})\.json"/.exec(body);
  if (manifest !== null) return of("image.get", "image", `sha256:${manifest[1]}`);
  return ofNamed("container.logs", body, known);
}

function tellFromObject(json: Fields, known: Known): Did | undefined {
  if (has(json, "Processes", "Titles")) return ofNamed("container.top", JSON.stringify(json["Processes"]), known);
  return first(objects, json);
}

function tellFromList(json: readonly Fields[], known: Known): Did | undefined {
  const [one] = json;
  if (one === undefined) return undefined;
  if (has(one, "Path", "Kind")) return ofNamed("container.changes", JSON.stringify(json), known);
  return first(lists, one);
}

// It was about to act, and says on what
function tellFromConflict(body: string): Did | undefined {
  const found = /[Cc]ontainer ([0-9a-f]{64}) is (?:not )?(?:running|paused)/.exec(body);
  if (found === null) return undefined;
  const actions = ["kill", "pause", "unpause", "top", "exec", "attach"].map((verb) => `container.${verb}`);
  return { actions, kind: "container", id: found[1] ?? "" };
}

function of(action: string, kind: string, id: unknown): Did {
  return { actions: [action], kind, id: text(id) };
}

function ofNamed(action: string, body: string, { containers }: Known): Did | undefined {
  const names = Object.keys(containers).filter((name) => body.includes(`said-by-${name}.`));
  const [name] = names;
  return name === undefined || names.length > 1 ? undefined : of(action, "container", containers[name]);
}

function first(tells: readonly Tell[], json: Fields): Did | undefined {
  for (const tell of tells) {
    const did = tell(json);
    if (did !== undefined) return did;
  }
  return undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** How a reading falls short of what the engine did; undefined when it names the same, or is no reading at all. */
export function fallsShort(did: Did, read: readonly (Attempt | Unreadable)[]): string | undefined {
  const [attempt] = read;
  if (attempt === undefined || read.length > 1) return `the door was asked ${read.length} times`;
  if ("unreadable" in attempt) return undefined;
  if (!did.actions.includes(attempt.action)) return `${attempt.action} was read, not ${did.actions.join(" or ")}`;
  if (did.kind === undefined) return undefined;
  const things = attempt.touches.filter(({ kind, id }) => kind === did.kind && id !== "+").map(({ id }) => id);
  if (things.includes(did.id ?? "") && things.every((id) => id === did.id)) return undefined;
  return `${did.kind} ${things.join(", ")} was read, not ${did.id}`;
}
