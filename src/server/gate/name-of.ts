import type { EngineRequest } from "../../docker/attempt.ts";
import { nameAction, type NamedAction } from "../../docker/name-action.ts";

const known = new WeakMap<EngineRequest, NamedAction>();

/** The action's name for the audit alone; no odd request turns it into an error. The very same request is known again. */
export function nameOf(request: EngineRequest): NamedAction {
  const before = known.get(request);
  if (before !== undefined) return before;
  let named: NamedAction;
  try {
    named = nameAction(request);
  } catch {
    named = { action: "unknown", op: "write" };
  }
  known.set(request, named);
  return named;
}
