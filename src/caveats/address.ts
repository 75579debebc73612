import { Failure } from "../errors.ts";

/** An address with the length of its prefix in bits: 32 or 128 for one address, less for a block. */
export interface Block {
  /** 4 bytes or 16; an IPv4 address written as IPv6 has 4. */
  readonly bytes: readonly number[];
  readonly prefix: number;
}

/** The bytes of an IPv4 or IPv6 address, without a zone; undefined when the text is none. */
export function parseAddress(text: string): readonly number[] | undefined {
  if (!text.includes(":")) return parseIpv4(text);
  const bytes = parseIpv6(text);
  // An IPv4-mapped address (RFC 4291, 2.5.5.2) is how a socket for both families shows an IPv4 client
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** Reads an address or a CIDR block; bits after the prefix are cleared. Throws Failure("misuse") for anything else. */
export function readBlock(typed: string): Block {
  const [address = "", length, ...more] = typed.split("/");
  const bytes = more.length === 0 ? parseAddress(address) : undefined;
  if (bytes === undefined)
    throw new Failure("misuse", `an address is written as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32`);
  const bits = bytes.length * 8;
  if (length === undefined) return { bytes, prefix: bits };
  const written = /^(?:0|[1-9]\d{0,2})$/.test(length) ? Number(length) : Number.NaN;
  const prefix = bits === 32 && address.includes(":") ? written - 96 : written;
  if (!(prefix >= 0 && prefix <= bits))
    throw new Failure("misuse", "a block's prefix is longer or shorter than its address allows");
  return { bytes: bytes.map((byte, at) => byte & maskOf(at, prefix)), prefix };
}

/** The one canonical spelling: RFC 5952 for IPv6, a prefix only where it is not the whole address. */
export function formatBlock({ bytes, prefix }: Block): string {
  const address = bytes.length === 4 ? bytes.join(".") : formatIpv6(bytes);
  return prefix === bytes.length * 8 ? address : `${address}/${prefix}`;
}

/** Whether an address lies in a block; one of the other family does not. */
export function contains(block: Block, address: readonly number[]): boolean {
  return (
    address.length === block.bytes.length &&
    block.bytes.every((byte, at) => ((byte ^ (address[at] as number)) & maskOf(at, block.prefix)) === 0)
  );
}

function maskOf(at: number, prefix: number): number {
  const bits = Math.min(8, Math.max(0, prefix - at * 8));
  return (0xff << (8 - bits)) & 0xff;
}

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  // A leading zero is octal to some readers
  const fit = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return fit ? parts.map(Number) : undefined;
}

function parseIpv6(text: string): readonly number[] | undefined {
  const [first = "", second, ...more] = text.split("::");
  const head = parseGroups(first, second === undefined);
  const tail = parseGroups(second ?? "", true);
  if (head === undefined || tail === undefined || more.length > 0) return undefined;
  const gap = 16 - head.length - tail.length;
  // `::` stands for one group or more
  if (second === undefined ? gap !== 0 : gap < 2) return undefined;
  return [...head, ...Array.from({ length: gap }, () => 0), ...tail];
}

function parseGroups(half: string, last: boolean): readonly number[] | undefined {
  if (half === "") return [];
  const groups = half.split(":");
  const bytes: number[] = [];
  for (const [at, group] of groups.entries()) {
    if (last && at === groups.length - 1 && group.includes(".")) {
      const dotted = parseIpv4(group);
      if (dotted === undefined) return undefined;
      bytes.push(...dotted);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
}

function formatIpv6(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[at * 2] as number) << 8) | (bytes[at * 2 + 1] as number));
  let from = 0;
  let length = 1;
  for (let start = 0; start < 8; start++) {
    let run = 0;
    while (start + run < 8 && groups[start + run] === 0) run++;
    if (run > length) [from, length] = [start, run];
  }
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, from).join(":")}::${hex.slice(from + length).join(":")}`;
}
