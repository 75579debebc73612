import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { scopeKinds } from "../caveats/scopes.ts";
import { registryActions } from "../docker/registry-actions.ts";
import { table } from "../docker/table/table.ts";
import type { Candidate, Suggestion } from "./spec.ts";

/** What has to be asked of others; each gives nothing where that fails or takes long. */
export interface Asked {
  readonly containers: () => Promise<readonly Candidate[]>;
  readonly images: () => Promise<readonly Candidate[]>;
  /** The names under which ids are kept for the engine. */
  readonly names: () => Promise<readonly string[]>;
}

const durations = [
  { value: "15m", summary: "a quarter of an hour from now" },
  { value: "1h", summary: "an hour from now" },
  { value: "8h", summary: "a working day from now" },
  { value: "24h", summary: "a day from now" },
  { value: "7d", summary: "a week from now" },
];

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE"].map((value) => ({ value }));

/** What may stand for a flag or an argument of this name; undefined where it can be anything. */
export async function suggestValues(name: string, typed: string, asked: Asked): Promise<Suggestion | undefined> {
  switch (name) {
    case "op":
      return { candidates: [{ value: "read" }, { value: "write" }, { value: "read,write" }] };
    case "action":
      return inList(typed, listActions());
    case "scope":
      return suggestScope(typed);
    case "expires":
    case "not-before":
      return { candidates: durations };
    case "container-id":
      return inList(typed, await asked.containers());
    case "image-id":
      return inList(typed, await asked.images());
    case "as":
      return { candidates: (await asked.names()).map((value) => ({ value })) };
    case "id":
    case "secret":
      return suggestSource(typed);
    case "method":
      return { candidates: methods };
    default:
      return undefined;
  }
}

/** Of a list parted by commas the last member is being typed. */
function inList(typed: string, candidates: readonly Candidate[]): Suggestion {
  const before = typed.slice(0, typed.lastIndexOf(",") + 1);
  return { candidates: candidates.map(({ value, ...rest }) => ({ value: before + value, ...rest })) };
}

function listActions(): Candidate[] {
  const ofEngine = Object.values(table).flatMap(({ action }) => (typeof action === "string" ? [action] : []));
  const actions = [...ofEngine, ...registryActions];
  const families = actions.map((action) => `${action.slice(0, action.indexOf("."))}.*`);
  return [...new Set([...families, ...actions])].toSorted().map((value) => ({ value }));
}

function suggestScope(typed: string): Suggestion {
  const before = typed.slice(0, typed.lastIndexOf(",") + 1);
  const [kind, ...parts] = typed.slice(before.length).split(":");
  if (parts.length === 0) {
    const kinds = scopeKinds.map((value) => ({ value: `${value}:` }));
    return { ...inList(typed, kinds), open: true };
  }
  const head = `${before}${[kind, ...parts.slice(0, -1)].join(":")}:`;
  const any = parts.length === 1 ? ["*:"] : [];
  const levels = kind === "repository" ? ["pull", "push", "delete"] : ["read", "write"];
  return { open: true, candidates: [...levels, ...any].map((value) => ({ value: head + value })) };
}

/** `-` for stdin, `@FILE`: the shell would not complete a file after the sign. */
function suggestSource(typed: string): Suggestion {
  if (!typed.startsWith("@")) {
    return {
      open: typed === "",
      candidates: [
        { value: "-", summary: "from stdin" },
        { value: "@", summary: "from a file" },
      ],
    };
  }
  const path = typed.slice(1);
  const folder = path.endsWith("/") ? path : path.includes("/") ? dirname(path) : ".";
  const shown = path.slice(0, path.lastIndexOf("/") + 1);
  try {
    const entries = readdirSync(folder === "" ? "/" : folder, { withFileTypes: true });
    const files = entries.filter(({ name }) => name.startsWith(".") === path.slice(shown.length).startsWith("."));
    return {
      open: true,
      candidates: files.map((entry) => ({ value: `@${join(shown, entry.name)}${entry.isDirectory() ? "/" : ""}` })),
    };
  } catch {
    return { candidates: [] };
  }
}
