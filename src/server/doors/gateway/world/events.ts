import { readEvent } from "../../../../docker/event.ts";
import type { Json } from "../../../../docker/json.ts";
import type { Witness } from "./witness.ts";

/** Judges the engine's events one by one: what does not concern things that the id sees is dropped. */
export function keepEvents(witness: Witness): (line: unknown) => Promise<unknown> {
  return async (line) => {
    const event = readEvent(line as Json);
    if (event === undefined) return undefined;
    const { touch, action, container } = event;
    if (action === "rename") witness.forget(touch);
    const seen = await witness.sees(touch);
    if (action === "destroy") witness.forget(touch);
    if (!seen || (container !== undefined && !(await witness.seesById("container", container)))) return undefined;
    return line;
  };
}
