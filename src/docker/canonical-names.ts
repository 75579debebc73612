import type { Inspectable } from "./attempt.ts";
import type { ReadRequest } from "./read-request.ts";
import type { Resolved } from "./resolve.ts";

/** What the engine said to the names of a request, by which they are written again as full ids. */
export interface Names {
  /** The full id of what was named; a volume's name, a task's own id, an exec's. Throws where nobody asked for it. */
  id(kind: Inspectable, name: string): string;
  /** Whether the engine was asked for it, and knows it. */
  has(kind: Inspectable, name: string): boolean;
  /** What the engine knows of it. Throws where nobody asked for it. */
  resolved(kind: Inspectable, name: string): Resolved;
}

/** The names that were read of a request. */
export function namesOf({ asked }: Pick<ReadRequest, "asked">): Names {
  const found = new Map<string, Resolved>();
  for (const one of asked) if (one.found !== undefined) found.set(`${one.kind} ${one.name}`, one.found);

  function resolved(kind: Inspectable, name: string): Resolved {
    const known = found.get(`${kind} ${name}`);
    // A fault of ours: what is not known here was not decided on
    if (known === undefined) throw new Error(`a ${kind} is sent on that was not read`);
    return known;
  }
  return {
    resolved,
    has: (kind, name) => found.has(`${kind} ${name}`),
    id(kind, name) {
      const { touch, inspect } = resolved(kind, name);
      if (kind === "exec") return name;
      const own = inspect["ID"];
      return kind === "task" && typeof own === "string" ? own : touch.id;
    },
  };
}
