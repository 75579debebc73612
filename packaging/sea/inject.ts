/** The name under which Node looks for what a single executable runs. */
const noteName = Buffer.from("NODE_SEA_BLOB\0\0\0");
/** Node's own mark, which says whether to look; its last digit is what is to be turned. */
const fuse = Buffer.from("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0");

const [loadType, noteType] = [1, 4];
const largestNote = 0x7fff_ffff;

interface Segment {
  /** Where its header is in the file. */
  readonly at: number;
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/**
 * Puts a blob into a copy of Node, for 64-bit Linux: what Node loads last is made longer by a note that holds the blob,
 * and the header that told of notes tells of that one. What lies behind, symbols that nothing loads, is left out.
 */
export function injectBlob(node: Uint8Array, blob: Uint8Array): Buffer {
  const elf = Buffer.from(node);
  if (elf.readUInt32BE(0) !== 0x7f_45_4c_46 || elf[4] !== 2 || elf[5] !== 1) {
    throw new Error("this Node is no 64-bit little-endian ELF file: the single executable is built on Linux alone");
  }
  const segments = readSegments(elf);
  const last = segments.findLast(({ type }) => type === loadType);
  const note = segments.findLast(({ type }) => type === noteType);
  if (last === undefined || note === undefined) throw new Error("this Node has no segment that could be used");
  if (segments.some(({ address, memorySize }) => address + memorySize > last.address + last.memorySize)) {
    throw new Error("this Node's last segment is not its highest");
  }

  const content = formatNote(blob);
  // The memory that begins as zeros becomes zeros of the file.
  const start = align(last.memorySize, 16);
  const kept = elf.subarray(0, last.offset + last.fileSize);
  const zeros = Buffer.alloc(last.offset + start - kept.length);
  const made = Buffer.concat([kept, zeros, content]);

  const size = BigInt(start + content.length);
  made.writeBigUInt64LE(size, last.at + 32);
  made.writeBigUInt64LE(size, last.at + 40);
  made.writeBigUInt64LE(BigInt(last.offset + start), note.at + 8);
  for (const field of [16, 24]) made.writeBigUInt64LE(BigInt(last.address + start), note.at + field);
  for (const field of [32, 40]) made.writeBigUInt64LE(BigInt(content.length), note.at + field);
  // No sections: they told of what is left out
  made.writeBigUInt64LE(0n, 40);
  for (const field of [60, 62]) made.writeUInt16LE(0, field);
  turnFuse(made);
  return made;
}

function readSegments(elf: Buffer): Segment[] {
  const table = Number(elf.readBigUInt64LE(32));
  const size = elf.readUInt16LE(54);
  return Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const at = table + index * size;
    const read = (field: number) => Number(elf.readBigUInt64LE(at + field));
    const type = elf.readUInt32LE(at);
    return { at, type, offset: read(8), address: read(16), fileSize: read(32), memorySize: read(40) };
  });
}

function formatNote(blob: Uint8Array): Buffer {
  if (blob.length > largestNote) throw new Error("the blob is too large for a note");
  const head = Buffer.alloc(12);
  head.writeUInt32LE("NODE_SEA_BLOB\0".length, 0);
  head.writeUInt32LE(blob.length, 4);
  return Buffer.concat([head, noteName, blob, Buffer.alloc(align(blob.length, 4) - blob.length)]);
}

function turnFuse(made: Buffer): void {
  const at = made.indexOf(fuse);
  if (at < 0 || made.includes(fuse, at + 1)) throw new Error("this Node was not made for single executables");
  made.write("1", at + fuse.length - 1, "latin1");
}

function align(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}
