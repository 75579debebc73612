import type { Status } from "../protocol/admin.ts";
import type { Engine } from "./engine/engine.ts";

/** What is known of the engine just now. Never rejects. */
export async function describeEngine(engine: Engine, host: string): Promise<Status["engine"]> {
  const asks = await engine.asks().catch(() => undefined);
  return {
    host,
    ...engine.known(),
    reachable: asks !== undefined,
    ...(asks === undefined ? {} : { asks }),
  };
}
