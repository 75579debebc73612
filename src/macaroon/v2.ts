import { fault } from "./faults.ts";
import { limits } from "./macaroon.ts";
import type { Macaroon } from "./macaroon.ts";

// libmacaroons' binary format, version 2: a field is its type, its length as a varint, then so many bytes
const version = 2;
const field = { end: 0, location: 1, identifier: 2, verificationId: 4, signature: 6 } as const;

/** Reads the V2 binary format: fields in order, minimal lengths, no byte left over, no third-party caveat. */
export function readV2(bytes: Buffer): Macaroon {
  const reader = new Reader(bytes);
  reader.take(version);
  const location = reader.holds(field.location) ? reader.text(field.location) : undefined;
  if (location === "") throw fault("emptyField");
  const identifier = reader.text(field.identifier);
  reader.take(field.end);
  const caveats: string[] = [];
  while (!reader.holds(field.end)) {
    if (caveats.length === limits.caveats) throw fault("tooManyCaveats");
    if (reader.holds(field.location)) throw fault("thirdParty");
    caveats.push(reader.text(field.identifier));
    if (reader.holds(field.verificationId)) throw fault("thirdParty");
    reader.take(field.end);
  }
  reader.take(field.end);
  const signature = new Uint8Array(reader.value(field.signature));
  if (signature.length !== 32) throw fault("signature");
  if (!reader.done) throw fault("trailing");
  return { location: location ?? "", identifier, caveats, signature };
}

/** Writes the V2 binary format of a macaroon that is well formed. */
export function writeV2(macaroon: Macaroon): Buffer {
  const bytes = Buffer.alloc(lengthV2(macaroon));
  let at = 0;
  const write = (type: number, text: string): void => {
    bytes[at++] = type;
    if (text.length >= 0x80) bytes[at++] = (text.length & 0x7f) | 0x80;
    bytes[at++] = text.length >= 0x80 ? text.length >> 7 : text.length;
    at += bytes.write(text, at, "latin1");
  };
  bytes[at++] = version;
  if (macaroon.location !== "") write(field.location, macaroon.location);
  write(field.identifier, macaroon.identifier);
  bytes[at++] = field.end;
  for (const caveat of macaroon.caveats) {
    write(field.identifier, caveat);
    bytes[at++] = field.end;
  }
  bytes[at++] = field.end;
  bytes[at++] = field.signature;
  bytes[at++] = macaroon.signature.length;
  bytes.set(macaroon.signature, at);
  return bytes;
}

/** How many bytes {@link writeV2} would write, told without writing them. */
export function lengthV2(macaroon: Macaroon): number {
  let length = 1 + 1 + 1 + 2 + macaroon.signature.length;
  if (macaroon.location !== "") length += lengthOf(macaroon.location);
  length += lengthOf(macaroon.identifier);
  for (const caveat of macaroon.caveats) length += lengthOf(caveat) + 1;
  return length;
}

function lengthOf(text: string): number {
  return (text.length < 0x80 ? 2 : 3) + text.length;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Whether the next byte is this one; it stays where it is. */
  holds(byte: number): boolean {
    return this.#bytes[this.#at] === byte;
  }

  take(byte: number): void {
    if (this.done) throw fault("truncated");
    if (!this.holds(byte)) throw fault("field");
    this.#at += 1;
  }

  text(type: number): string {
    return this.value(type).toString("latin1");
  }

  value(type: number): Buffer {
    this.take(type);
    const length = this.#length();
    const from = this.#at;
    if (length > this.#bytes.length - from) throw fault("truncated");
    this.#at += length;
    return this.#bytes.subarray(from, this.#at);
  }

  /** Two bytes are enough for every length within a token of 8192. */
  #length(): number {
    const low = this.#byte();
    if (low < 0x80) return low;
    const high = this.#byte();
    if (high === 0 || high >= 0x80) throw fault("length");
    return (high << 7) | (low & 0x7f);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw fault("truncated");
    this.#at += 1;
    return byte;
  }
}
