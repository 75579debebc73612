import type { RegistryEventLine } from "../../../gate/at-registry.ts";
import type { SeenEvent } from "./envelope.ts";
import type { IssuedToken } from "./issued.ts";

/** Puts an event beside the tokens that can have allowed it: what all of them have in common is said. */
export function describeEvent(event: SeenEvent, candidates: readonly IssuedToken[]): RegistryEventLine {
  const { id: _id, actor, host: _host, ...seen } = event;
  const jti = common(candidates, (token) => token.jti);
  const service = common(candidates, (token) => token.service);
  const links = common(candidates, (token) => token.links);
  const names = common(candidates, (token) => token.names);
  return {
    ...seen,
    ...(actor === undefined ? {} : { account: actor }),
    ...(service === undefined ? {} : { service }),
    ...(jti === undefined ? {} : { jti }),
    ...(links === undefined || links.length === 0 ? {} : { links }),
    ...(names === undefined || names.length === 0 ? {} : { names }),
  };
}

function common<T>(candidates: readonly IssuedToken[], of: (token: IssuedToken) => T): T | undefined {
  const [first, ...others] = candidates.map(of);
  const spelled = JSON.stringify(first);
  return others.every((other) => JSON.stringify(other) === spelled) ? first : undefined;
}
