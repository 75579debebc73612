import type { Endpoint } from "./docker-cli/endpoint.ts";
import type { WhichId } from "./docker-cli/take-id.ts";
import type { Warn } from "./config/given.ts";
import { noId, openEngineKeychain, readDefaultId, readSettled } from "./keychain/default-id.ts";
import { say } from "./talk.ts";

/**
 * The text of the id that is meant, found without loading what only other commands need. What a person gives is read
 * strictly; what is kept has been. Rejects with Failure("no_id") where there is none.
 */
export async function findIdText(
  { id, as }: WhichId,
  engine: Endpoint,
  environment: NodeJS.ProcessEnv,
  warn: Warn = say,
): Promise<string> {
  if (id !== undefined) {
    const { readGivenId } = await import("./config/given.ts");
    return await toCanonical(await readGivenId(id, "--id", warn));
  }
  const name = as === undefined ? undefined : (await import("./keychain/kept-id.ts")).admitName(as);
  const open = () => openEngineKeychain(environment, readSettled(environment, engine.name));
  const found = await readDefaultId(engine.name, environment, open, name);
  if (found === undefined) throw noId(engine.name, as);
  return found.from === "keychain" ? found.id : await toCanonical(found.id);
}

async function toCanonical(text: string): Promise<string> {
  const [{ parse }, { serialize }] = await Promise.all([
    import("./macaroon/parse.ts"),
    import("./macaroon/serialize.ts"),
  ]);
  return serialize(parse(text));
}
