import { fault } from "./faults.ts";
import { limits } from "./macaroon.ts";
import type { Macaroon } from "./macaroon.ts";

interface Packet {
  readonly key: string;
  readonly value: Buffer;
}

/**
 * Reads the V1 binary format, packets of four hex digits of length, key, space, value and line feed: location (always
 * there, perhaps empty), identifier, a `cid` a caveat, signature, and not a byte more.
 */
export function readV1(bytes: Buffer): Macaroon {
  let at = 0;
  const next = (): Packet => {
    const packet = readPacket(bytes, at);
    at += packet.length;
    if (packet.key === "vid" || packet.key === "cl") throw fault("thirdParty");
    return packet;
  };
  const location = text(next(), "location");
  const identifier = text(next(), "identifier");
  const caveats: string[] = [];
  let packet = next();
  while (packet.key !== "signature") {
    if (caveats.length === limits.caveats) throw fault("tooManyCaveats");
    caveats.push(text(packet, "cid"));
    packet = next();
  }
  const signature = new Uint8Array(packet.value);
  if (signature.length !== 32) throw fault("signature");
  if (at !== bytes.length) throw fault("trailing");
  return { location, identifier, caveats, signature };
}

function text(packet: Packet, key: string): string {
  if (packet.key !== key) throw fault("field");
  return packet.value.toString("latin1");
}

function readPacket(bytes: Buffer, at: number): Packet & { readonly length: number } {
  if (bytes.length - at < 4) throw fault("truncated");
  const digits = bytes.toString("latin1", at, at + 4);
  if (!/^[0-9a-f]{4}$/.test(digits)) throw fault("packet");
  const length = Number.parseInt(digits, 16);
  if (length > bytes.length - at) throw fault("truncated");
  const content = bytes.subarray(at + 4, at + length);
  const space = content.indexOf(" ");
  if (space === -1 || content[content.length - 1] !== 0x0a) throw fault("packet");
  return { key: content.toString("latin1", 0, space), value: content.subarray(space + 1, -1), length };
}
