import type { Touch } from "../../../../docker/attempt.ts";
import { identify } from "../../../../docker/identify.ts";
import { isObject, type Json } from "../../../../docker/json.ts";
import type { World } from "../../../gate.ts";
import type { PlanInput } from "./plan-types.ts";

type Kind = "container" | "network" | "volume";

/** Finds out whether an id sees things of which an answer does not tell enough, and remembers it while the answer lasts. */
export interface Witness {
  /** By what is known of the thing; where that is not enough, by what the engine says of it. */
  sees(touch: Touch): Promise<boolean>;
  /** Of a thing of which only the id is known. */
  seesById(kind: Kind, id: string): Promise<boolean>;
  /** It is gone, or called otherwise. */
  forget(touch: Touch): void;
}

/** Far more than happen to be seen in one answer; beyond it the oldest falls. */
const most = 4096;

/** Makes the witness of one answer. */
export function createWitness({ sees }: Pick<World, "sees">, engine: PlanInput["engine"]): Witness {
  const known = new Map<string, boolean>();

  function remember(key: string, seen: boolean): boolean {
    const [oldest] = known.keys();
    if (known.size >= most && oldest !== undefined) known.delete(oldest);
    known.set(key, seen);
    return seen;
  }

  async function seesById(kind: Kind, id: string): Promise<boolean> {
    const key = `${kind} ${id}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    try {
      const inspect = (await engine.inspect(kind, id)) as Json | undefined;
      // What is gone can't be asked for, and was not seen before
      if (!isObject(inspect)) return false;
      return remember(key, sees({ ...identify[kind](inspect, id), level: "read" }));
    } catch {
      return false;
    }
  }

  return {
    seesById,
    async sees(touch) {
      const { kind, id } = touch;
      if (kind !== "container" && kind !== "network" && kind !== "volume") return sees(touch);
      if (sees(touch)) return remember(`${kind} ${id}`, true);
      // Then nothing is left to be asked
      if (touch.image !== undefined) return remember(`${kind} ${id}`, false);
      return seesById(kind, id);
    },
    forget: ({ kind, id }) => void known.delete(`${kind} ${id}`),
  };
}
