import { type BlockList, isIP, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Circumstances } from "../../../docker/attempt.ts";
import { type Fields, valuesOf } from "../../../http1/fields.ts";

/** Where a connection comes from, and what its client has shown. */
export interface Origin {
  /** Absent on a unix socket. */
  readonly address?: string;
  readonly peer?: NonNullable<Circumstances["peer"]>;
}

/** Who may say from where a request comes that they hand on. */
export interface TrustedProxies {
  readonly addresses: BlockList;
  /** Whoever connects to the unix sockets. */
  readonly unix: boolean;
}

/** Reads a connection's origin, once. */
export function originOf(socket: Socket | TLSSocket): Origin {
  const address = plainAddress(socket.remoteAddress ?? "");
  const peer = "getPeerCertificate" in socket && socket.authorized ? peerOf(socket) : undefined;
  return { ...(address === undefined ? {} : { address }), ...(peer === undefined ? {} : { peer }) };
}

/**
 * The address that a request comes from: the connection's, or what a trusted proxy says. Of several names in a row the
 * last that is no trusted proxy's counts, as the client itself may have made up those before it. Undefined where none
 * can be told.
 */
export function clientAddress({ address }: Origin, fields: Fields, trusted: TrustedProxies): string | undefined {
  const told = valuesOf(fields, "x-forwarded-for");
  const isTrusted = (one: string | undefined): boolean =>
    one === undefined ? trusted.unix : trusted.addresses.check(one, isIP(one) === 6 ? "ipv6" : "ipv4");
  // The list takes its time, and most clients say nothing of others
  if (told.length === 0 || !isTrusted(address)) return address;
  let found = address;
  for (const each of told.flatMap((value) => value.split(",")).toReversed()) {
    const one = plainAddress(each.trim());
    if (one === undefined) return undefined;
    found = one;
    if (!isTrusted(one)) break;
  }
  return found;
}

/** Without a zone; an IPv4 client of a socket for both families by its IPv4 address. */
function plainAddress(text: string): string | undefined {
  const [bare = ""] = text.split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  const plain = mapped ?? bare;
  return isIP(plain) === 0 ? undefined : plain;
}

function peerOf(socket: TLSSocket): Origin["peer"] {
  const certificate = socket.getPeerCertificate();
  const fingerprint: unknown = certificate.fingerprint256;
  if (typeof fingerprint !== "string") return undefined;
  // Several common names come as a list: none of them is the one
  const name: unknown = certificate.subject?.CN;
  return { sha256: fingerprint.replaceAll(":", "").toLowerCase(), cn: typeof name === "string" ? name : "" };
}
