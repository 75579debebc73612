import type { Inspectable } from "../../docker/attempt.ts";
import { Failure } from "../../errors.ts";

/** Where the engine answers for each kind; unversioned, so that it speaks its newest API. */
const places: Readonly<Record<Inspectable, readonly [before: string, after: string]>> = {
  container: ["/containers/", "/json"],
  image: ["/images/", "/json"],
  volume: ["/volumes/", ""],
  network: ["/networks/", ""],
  exec: ["/exec/", "/json"],
  plugin: ["/plugins/", "/json"],
  service: ["/services/", ""],
  task: ["/tasks/", ""],
  node: ["/nodes/", ""],
  secret: ["/secrets/", ""],
  config: ["/configs/", ""],
};

/** Kinds whose names have slashes of their own. */
const slashed: ReadonlySet<Inspectable> = new Set(["image", "plugin"]);

/** Where the engine tells its id, name and version. */
export const infoTarget = "/info";

/**
 * The one request target that asks the engine for a thing by its name; Failure("misuse") for a name that could lead
 * anywhere else.
 */
export function inspectTarget(kind: Inspectable, name: string): string {
  const segments = name.split("/");
  const strays = segments.some((each) => each === "" || each === "." || each === ".." || hasControl(each));
  const spread = segments.length > 1 && !slashed.has(kind); // the engine decodes %2F before it routes
  if (strays || spread || name.includes("\\") || name.length > 1024 || !name.isWellFormed()) {
    throw new Failure("misuse", `that cannot be the name of a ${kind}`);
  }
  const [before, after] = places[kind];
  return `${before}${segments.map((each) => encodeURIComponent(each)).join("/")}${after}`;
}

/** What the engine lists by label for the verifier. */
export type Listed = "container" | "network" | "volume";

const lists: Readonly<Record<Listed, string>> = {
  container: "/containers/json?all=1&filters=",
  network: "/networks?filters=",
  volume: "/volumes?filters=",
};

/** The one request target that lists what carries all these labels, `key` or `key=value`. */
export function listTarget(kind: Listed, labels: readonly string[]): string {
  return lists[kind] + encodeURIComponent(JSON.stringify({ label: labels }));
}

/** Whether a request is one that the verifier itself sends to resolve a name. */
export function isResolving({ method, target }: { readonly method: string; readonly target: string }): boolean {
  if (method !== "GET") return false;
  if (target === infoTarget) return true;
  if (Object.keys(lists).some((kind) => isList(kind as Listed, target))) return true;
  return kinds.some((kind) => {
    const [before, after] = places[kind];
    if (!target.startsWith(before) || !target.endsWith(after)) return false;
    try {
      const name = decodeURIComponent(target.slice(before.length, target.length - after.length));
      return inspectTarget(kind, name) === target;
    } catch {
      return false;
    }
  });
}

function isList(kind: Listed, target: string): boolean {
  if (!target.startsWith(lists[kind])) return false;
  try {
    const { label } = JSON.parse(decodeURIComponent(target.slice(lists[kind].length))) as { label?: unknown };
    return Array.isArray(label) && label.every((one) => typeof one === "string") && listTarget(kind, label) === target;
  } catch {
    return false;
  }
}

const kinds = Object.keys(places) as Inspectable[];

function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- that is what it looks for
  return /[\u0000-\u001f\u007f]/.test(text);
}
