import { hash } from "node:crypto";

/** Lets each thing be done once, by its name, however often and at however many times at once it is asked for. */
export interface Once {
  /** Does it unless it was done already; what failed may be tried again. */
  (name: string, act: () => Promise<void>): Promise<void>;
}

/** Remembers the last `most` names: a registry tells again of what it could not tell, and in order. */
export function createOnce(most = 65_536): Once {
  const done = new Map<string, Promise<void>>();
  return async (name, act) => {
    // However long a name is, this is short
    const key = hash("sha256", name, "base64");
    const before = done.get(key);
    if (before !== undefined) return await before;
    const now = act();
    done.set(key, now);
    for (const oldest of done.keys()) {
      if (done.size <= most) break;
      done.delete(oldest);
    }
    try {
      await now;
    } catch (error) {
      if (done.get(key) === now) done.delete(key);
      throw error;
    }
  };
}
