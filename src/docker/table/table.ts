import { containers } from "./containers.ts";
import { images } from "./images.ts";
import { plugins } from "./plugins.ts";
import type { Row, Rows } from "./row.ts";
import { swarm } from "./swarm.ts";
import { engine } from "./system.ts";
import { volumesAndNetworks } from "./volumes-and-networks.ts";

/** Every operation of the engine's API that is known, by `METHOD /path`; nothing else spells a path. */
export const table: Rows = { ...engine, ...containers, ...images, ...volumesAndNetworks, ...plugins, ...swarm };

/** The operation that a request asks for, and what its target has for the row's `{…}`. */
export interface Found {
  /** `METHOD /path`, as it stands in the table. */
  readonly operation: string;
  readonly row: Row;
  readonly names: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: string;
  readonly row: Row;
  readonly pattern: RegExp;
  readonly exact: boolean;
}

const variables = /\{(\w+)(\*?)\}/g;
const routes = index(table);

/** Finds the row of a method and a path without its version; undefined when there is none. */
export function findRow(method: string, path: string): Found | undefined {
  for (const { operation, row, pattern } of routes.get(areaOf(`${method} ${path}`)) ?? []) {
    const match = pattern.exec(path);
    if (match !== null) return { operation, row, names: { ...match.groups } };
  }
  return undefined;
}

function index(rows: Rows): ReadonlyMap<string, readonly Route[]> {
  const byArea = new Map<string, Route[]>();
  for (const [operation, row] of Object.entries(rows)) {
    const path = operation.slice(operation.indexOf(" ") + 1);
    const area = byArea.get(areaOf(operation)) ?? [];
    area.push({ operation, row, pattern: compile(path), exact: !path.includes("{") });
    byArea.set(areaOf(operation), area);
  }
  // The engine too tries the paths without a name first: /containers/json is no container
  for (const area of byArea.values()) area.sort((a, b) => Number(b.exact) - Number(a.exact));
  return byArea;
}

function areaOf(operation: string): string {
  return operation.split("/", 2).join("/");
}

function compile(path: string): RegExp {
  const escaped = path.replaceAll(/[.]/g, String.raw`\.`);
  return new RegExp(
    `^${escaped.replaceAll(variables, (_, name, many) => `(?<${name}>${many === "" ? "[^/]+" : "[^/]+(?:/[^/]+)*"})`)}$`,
  );
}
