/** What is known for a while: at most so many things, the oldest goes first. */
export interface Remembered<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** Remembers by a clock that may be set: what seems to come from the future is forgotten too. */
export function createRemembered<T>(most: number, lifeMs: number, clock: () => Date): Remembered<T> {
  const entries = new Map<string, { readonly value: T; readonly since: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const age = clock().getTime() - entry.since;
      if (age >= 0 && age < lifeMs) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value) {
      // To the end of the order
      entries.delete(key);
      entries.set(key, { value, since: clock().getTime() });
      if (entries.size <= most) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        return;
      }
    },
  };
}
