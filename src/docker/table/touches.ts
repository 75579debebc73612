import type { Inspectable, Kind, Level, Touch } from "../attempt.ts";
import { readFilters } from "../filters.ts";
import { readNewName } from "../bodies/name.ts";
import { hostPower } from "../powers/host.ts";
import { powersOf, powersOfExec } from "../powers/inspect.ts";
import type { Resolved } from "../resolve.ts";
import { Unread } from "../unread.ts";
import type { RowInput, TouchReader } from "./row.ts";

/** All of a kind, and none in particular. */
export function every(level: Level, ...kinds: readonly Kind[]): TouchReader {
  return () => kinds.map((kind) => ({ kind, id: "*", level }));
}

/** A part of the engine itself, `system:info`. */
export function system(id: string, level: Level): TouchReader {
  return () => [{ kind: "system", id, level }];
}

/** What the target names. */
export function named(kind: Inspectable, level: Level): TouchReader {
  return async (input) => [(await target(kind, input, level)).touch];
}

/** A container of the target, or the exec that the target names in it, and all that they lend to who writes into it. */
export function poweredBy(kind: "container" | "exec", level: "read" | "write"): TouchReader {
  return async (input) => {
    const { touch, inspect, exec } = await target(kind, input, level);
    const lent = await powersOf(inspect, input.resolver, input.guard);
    const powers = exec === undefined ? lent : [...lent, ...powersOfExec(exec)];
    return level === "write" ? [touch, ...powers] : [touch, ...powers.map(seen)];
  };
}

// Who only looks at what a power reaches does not use all of it
function seen(power: Touch): Touch {
  return power.kind === "host" ? { ...power, level: "read" } : power;
}

/** A power over the host that the operation is by itself. */
export function host(power: string): TouchReader {
  return () => [hostPower(power)];
}

/** The guard, where whoever does this could replace it, disable it or see through it. */
export function guard(part: string): TouchReader {
  return () => [{ kind: "guard", id: part, level: "write" }];
}

/** What a list's filters name one by one: the engine looks it up, and says when it is not there. */
export function marks(filter: string, kind: Inspectable): TouchReader {
  return async (input) => {
    const { query } = input;
    const touches: Touch[] = [];
    for (const name of [...(readFilters(query).get(filter) ?? []), query.get(filter) ?? ""]) {
      if (name !== "") touches.push((await input.resolver[kind](name, "read")).touch);
    }
    return touches;
  };
}

/** The name that a rename would give to a container. */
export const newContainerName: TouchReader = ({ query }) => [
  { kind: "container", id: "+", level: "write", names: [readNewName(query.get("name") ?? "", "container")] },
];

/** The network of the target, and the host's own where it is that. */
export const joinedNetwork: TouchReader = async (input) => {
  const { touch, inspect } = await target("network", input, "write");
  return inspect["Driver"] === "host" ? [touch, hostPower("network")] : [touch];
};

async function target(kind: Inspectable, { names, resolver }: RowInput, level: Level): Promise<Resolved> {
  const name = names["id"] ?? names["name"];
  if (name === undefined) throw new Unread("the target names nothing");
  return resolver[kind](name, level);
}
