import { promisify } from "node:util";
import type { Bcrypt } from "../../src/server/users/load-bcrypt.ts";
import { loadAddon } from "./load-addon.ts";

interface Addon {
  compare(password: string, stored: string, done: (error: Error | null, is: boolean) => void): void;
}

/** In place of src/server/users/load-bcrypt.ts: the addon is in the executable, and is asked without its wrapping. */
export async function loadBcrypt(): Promise<Bcrypt> {
  const addon = loadAddon("bcrypt.node") as Addon;
  const compare = promisify<string, string, boolean>((...asked) => {
    addon.compare(...asked);
  });
  return await Promise.resolve(compare);
}
