import type { SeenEvent } from "./envelope.ts";
import type { IssuedToken } from "./issued.ts";

/** What the audit is given of an event: what a registry says was done, beside the token that allowed it. */
export interface RegistryEventLine {
  /** `pull`, `push`, `mount`, `delete`, or a word of a later registry's. */
  readonly action: string;
  /** By the registry's clock. */
  readonly time?: Date;
  readonly repository?: string;
  /** Of a mount: where the blob was. */
  readonly fromRepository?: string;
  readonly digest?: string;
  readonly tag?: string;
  /** The subject of the token that allowed it. */
  readonly account?: string;
  readonly address?: string;
  readonly requestId?: string;
  readonly service?: string;
  /** Of the token; absent where several can have allowed it, or none is known. */
  readonly jti?: string;
  /** Those of the id that the token was given for. */
  readonly links?: readonly string[];
  readonly names?: readonly string[];
}

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
