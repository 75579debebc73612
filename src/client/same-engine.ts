import { realpathSync, statSync } from "node:fs";
import type { Endpoint } from "../docker-cli/endpoint.ts";
import { formatHostAddress, readHostAddress } from "../docker-cli/host-address.ts";
import { Failure } from "../errors.ts";
import type { Status } from "../protocol/admin.ts";
import { readEngineId } from "./engine.ts";

/**
 * Makes sure that the verifier guards the very engine that the user speaks of, before anything is changed: by the same
 * socket, else by the engine's own id, which is asked with `id()`. Rejects with Failure("wrong_engine") when it is another
 * engine, or when that could not be found out.
 */
export async function requireSameEngine(
  engine: Endpoint,
  guarded: Status["engine"],
  id: () => string | undefined,
): Promise<void> {
  if (isSameSocket(engine, guarded.host)) return;
  const other = `the verifier in reach guards the engine at ${guarded.host}, and not the one at ${engine.name}`;
  const hint = "DOCKER_ID_SERVER says which verifier goes with this engine; -H or DOCKER_HOST which engine is meant";
  if (guarded.id === undefined) throw new Failure("wrong_engine", `${other}, as far as can be told`, { hint });
  const found = await readEngineId(engine, id()).catch((cause: unknown) => {
    throw new Failure("wrong_engine", `it could not be found out whether the verifier in reach guards ${engine.name}`, {
      hint,
      cause,
    });
  });
  if (found !== guarded.id) throw new Failure("wrong_engine", other, { hint });
}

/** By what the paths lead to where both are there, else by their one spelling. */
function isSameSocket(engine: Endpoint, host: string): boolean {
  if (engine.address.transport !== "unix") return false;
  const address = readHostAddress(host, false);
  if (address.transport !== "unix") return false;
  try {
    const [one, other] = [engine.address.path, address.path].map((path) => statSync(realpathSync(path)));
    return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
  } catch {
    return formatHostAddress(address) === engine.name;
  }
}
