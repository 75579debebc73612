import path from "node:path";
import type { Status } from "../protocol/admin.ts";
import type { Engine } from "./engine/engine.ts";

/** What is known of the engine just now; `authzSocket` is where it would find its plugin. Never rejects. */
export async function describeEngine(engine: Engine, host: string, authzSocket: string): Promise<Status["engine"]> {
  // The engine calls a plugin by its socket's name
  const asks = await engine.asks(path.basename(authzSocket, ".sock")).catch(() => undefined);
  return {
    host,
    ...engine.known(),
    reachable: asks !== undefined,
    ...(asks === undefined ? {} : { asks }),
  };
}
