import { type Block, contains, formatBlock, parseAddress } from "../caveats/address.ts";

/** From where a request comes. */
export interface Whence {
  /** In its canonical spelling, an IPv4 one as such; absent where none can be told. */
  readonly address?: string;
  /** By what strangers are counted: of IPv6 the network, as whoever has one address of it has them all. */
  readonly source: string;
}

/**
 * The address that a request comes from: the connection's, or what a trusted proxy says in X-Forwarded-For. Of several
 * names in a row the last that is no trusted proxy's counts, as the client itself may have made up those before it.
 */
export function whence(remote: string | undefined, forwarded: string | undefined, trusted: readonly Block[]): Whence {
  let found = read(remote ?? "");
  if (found !== undefined && forwarded !== undefined && isTrusted(found, trusted)) {
    for (const told of forwarded.split(",").toReversed()) {
      found = read(told.trim());
      if (found === undefined || !isTrusted(found, trusted)) break;
    }
  }
  if (found === undefined) return { source: "unknown" };
  const address = formatBlock({ bytes: found, prefix: found.length * 8 });
  if (found.length === 4) return { address, source: address };
  return { address, source: formatBlock({ bytes: [...found.slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0], prefix: 64 }) };
}

function read(text: string): readonly number[] | undefined {
  const zone = text.indexOf("%");
  return parseAddress(zone < 0 ? text : text.slice(0, zone));
}

function isTrusted(address: readonly number[], trusted: readonly Block[]): boolean {
  return trusted.some((block) => contains(block, address));
}
