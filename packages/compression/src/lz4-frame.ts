/**
 * LZ4's frame format, the one that Kafka's `lz4` codec means.
 *
 * Owns: frame headers, block sizes, all three checksums, skippable and concatenated frames, and the choice between the native routine
 *   and JavaScript for a block. Writes independent blocks without checksums or content size, as Kafka's Java client does (the
 *   record batch has its own CRC); reads whatever the frame format allows except dictionaries.
 * Invariants: the input is walked once, checksums of headers and blocks included, before any output is allocated.
 * Bounds: output is allocated for the smallest of the caller's bound, the announced size, and what the blocks can expand to.
 * Not here: the block format itself (`lz4-block.ts`).
 */
import { corrupt, tooLarge } from './compression-error.ts';
import { compressLz4Block, decompressLz4Block, lz4BlockSizeMax, NO_ROOM } from './lz4-block.ts';
import { loadNative } from './native.ts';
import { nextTurn } from './next-turn.ts';
import { xxhash32, xxhash32Async } from './xxhash32.ts';

/** The native block functions keep the uncompressed size in four bytes (little endian) before the block. */
interface NativeLz4 {
  compressSync(input: Uint8Array): Buffer;
  uncompressSync(input: Uint8Array): Buffer;
}

interface Block {
  readonly start: number;
  readonly end: number;
  readonly isStored: boolean;
}

interface Frame {
  readonly blocks: readonly Block[];
  readonly blockBytesMax: number;
  readonly hasLinkedBlocks: boolean;
  readonly contentSize: number | undefined;
  readonly contentChecksum: number | undefined;
}

const FRAME_MAGIC = 0x184d2204;
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_MASK = 0xfffffff0;

const VERSION_MASK = 0xc0;
const VERSION_1 = 0x40;
const INDEPENDENT_FLAG = 0x20;
const BLOCK_CHECKSUM_FLAG = 0x10;
const CONTENT_SIZE_FLAG = 0x08;
const CONTENT_CHECKSUM_FLAG = 0x04;
const RESERVED_FLAG = 0x02;
const DICTIONARY_FLAG = 0x01;
const RESERVED_DESCRIPTOR_BITS = 0x8f;

const STORED_FLAG = 0x8000_0000;
const WORD_BYTES = 4;
const HEADER_BYTES = 7;
/** Block sizes by their number in the header: 64 KiB, 256 KiB, 1 MiB, 4 MiB. */
const SIZE_CLASS_MIN = 4;
const SIZE_CLASS_MAX = 7;
/** Larger blocks gain nothing and cost every reader a buffer of that size. */
const SIZE_CLASS_WRITTEN_MAX = 6;
/** A byte of a length stands for 255 bytes of output at most. */
const EXPANSION_MAX = 255;
const CHECKSUM_DIFFERS = 'the content does not match its checksum';
/** Below this the call into native code costs more than it saves (measured, docs/adr/0004). */
const NATIVE_BYTES_MIN = 1024;
/** Smaller buffers may be parts of larger ones. */
const FREED_BYTES_MIN = 64 * 1024;

let native: NativeLz4 | undefined;
let isNativeLoaded = false;

function nativeLz4(): NativeLz4 | undefined {
  if (!isNativeLoaded) {
    native = loadNative('lz4-napi') as NativeLz4 | undefined;
    isNativeLoaded = true;
  }
  return native;
}

/** Most bytes that a frame of so much input takes. */
export function lz4FrameSizeMax(inputBytes: number): number {
  const blocks = Math.ceil(inputBytes / blockBytesOf(sizeClassFor(inputBytes)));
  return HEADER_BYTES + lz4BlockSizeMax(inputBytes) + blocks * (WORD_BYTES + lz4BlockSizeMax(0)) + WORD_BYTES;
}

export function compressLz4(input: Uint8Array): Buffer {
  const output = Buffer.allocUnsafeSlow(lz4FrameSizeMax(input.length));
  return trimmed(output, compressLz4Into(input, output, 0));
}

/** Writes the frame to `output` from `position` on, where there is room for {@link lz4FrameSizeMax}, and returns its end. */
export function compressLz4Into(input: Uint8Array, output: Buffer, position: number): number {
  const sizeClass = sizeClassFor(input.length);
  const blockBytes = blockBytesOf(sizeClass);
  let at = writeHeader(sizeClass, output, position);
  for (let start = 0; start < input.length; start += blockBytes) {
    at = writeBlock(input, start, Math.min(start + blockBytes, input.length), output, at);
  }
  return output.writeUInt32LE(0, at);
}

export async function compressLz4Async(input: Uint8Array): Promise<Buffer> {
  const sizeClass = sizeClassFor(input.length);
  const blockBytes = blockBytesOf(sizeClass);
  const output = Buffer.allocUnsafeSlow(lz4FrameSizeMax(input.length));
  let at = writeHeader(sizeClass, output, 0);
  for (let start = 0; start < input.length; start += blockBytes) {
    at = writeBlock(input, start, Math.min(start + blockBytes, input.length), output, at);
    await nextTurn();
  }
  return trimmed(output, output.writeUInt32LE(0, at));
}

export function decompressLz4(input: Uint8Array, outputBytesMax: number): Buffer {
  const frames = parseFrames(input);
  const room = outputBound(frames, outputBytesMax);
  const single = singleBlock(frames);
  if (single !== undefined) {
    // Nearly every batch is one block, whose native output needs no further copy.
    const opened = openNative(input, single.frame, single.block, room);
    if (opened !== undefined) return checkContent(single.frame, opened, 0, opened.length);
  }
  const output = Buffer.allocUnsafeSlow(room);
  let at = 0;
  for (const frame of frames) {
    const start = at;
    for (const block of frame.blocks) {
      const opened = openNative(input, frame, block, output.length - at);
      at = placeBlock(opened, input, frame, block, output, start, at, outputBytesMax);
    }
    checkContent(frame, output, start, at);
  }
  return trimmed(output, at);
}

export async function decompressLz4Async(input: Uint8Array, outputBytesMax: number): Promise<Buffer> {
  const frames = parseFrames(input);
  const room = outputBound(frames, outputBytesMax);
  const single = singleBlock(frames);
  if (single !== undefined) {
    const opened = openNative(input, single.frame, single.block, room);
    if (opened !== undefined) return checkContentAsync(single.frame, opened, 0, opened.length);
  }
  const output = Buffer.allocUnsafeSlow(room);
  let at = 0;
  for (const frame of frames) {
    const start = at;
    for (const block of frame.blocks) {
      const opened = openNative(input, frame, block, output.length - at);
      at = placeBlock(opened, input, frame, block, output, start, at, outputBytesMax);
      // A block is 4 MiB at most; the next one can wait for its turn. (Threads would keep hundreds of MiB of what they made.)
      await nextTurn();
    }
    await checkContentAsync(frame, output, start, at);
  }
  return trimmed(output, at);
}

function singleBlock(frames: readonly Frame[]): { frame: Frame; block: Block } | undefined {
  const [frame] = frames;
  const block = frame?.blocks[0];
  if (frame === undefined || block === undefined || frames.length > 1 || frame.blocks.length > 1) return undefined;
  return { frame, block };
}

function parseFrames(input: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  while (at < input.length) {
    const magic = readWord(input, at, 'the frame magic');
    if ((magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE_MAGIC) {
      at += 2 * WORD_BYTES + readWord(input, at + WORD_BYTES, 'the size of a skippable frame');
      if (at > input.length) throw corrupt('lz4', 'a skippable frame is cut');
      continue;
    }
    if (magic !== FRAME_MAGIC) throw corrupt('lz4', `no frame starts at byte ${at}`);
    const { frame, end } = parseFrame(input, at);
    frames.push(frame);
    at = end;
  }
  if (frames.length === 0) throw corrupt('lz4', 'there is no frame');
  return frames;
}

function parseFrame(input: Uint8Array, position: number): { frame: Frame; end: number } {
  const flags = input[position + WORD_BYTES] ?? 0;
  const descriptor = input[position + WORD_BYTES + 1] ?? 0;
  const sizeClass = descriptor >>> 4;
  if ((flags & VERSION_MASK) !== VERSION_1) throw corrupt('lz4', `frame version ${flags >>> 6} is unknown`);
  if ((flags & RESERVED_FLAG) !== 0 || (descriptor & RESERVED_DESCRIPTOR_BITS) !== 0 || sizeClass < SIZE_CLASS_MIN) {
    throw corrupt('lz4', 'the frame header is malformed');
  }
  if ((flags & DICTIONARY_FLAG) !== 0) throw corrupt('lz4', 'the frame needs a dictionary, which Kafka does not use');

  let at = position + WORD_BYTES + 2;
  let contentSize: number | undefined;
  if ((flags & CONTENT_SIZE_FLAG) !== 0) {
    contentSize = readWord(input, at, 'the content size') + readWord(input, at + 4, 'the content size') * 2 ** 32;
    at += 8;
  }
  const headerChecksum = (xxhash32(input, position + WORD_BYTES, Math.min(at, input.length)) >>> 8) & 0xff;
  if (input[at] !== headerChecksum) throw corrupt('lz4', 'the frame header does not match its checksum');
  at += 1;

  const blockBytesMax = blockBytesOf(Math.min(sizeClass, SIZE_CLASS_MAX));
  const blocks: Block[] = [];
  for (;;) {
    const word = readWord(input, at, 'the size of a block');
    at += WORD_BYTES;
    if (word === 0) break;
    const isStored = word >= STORED_FLAG;
    const size = isStored ? word - STORED_FLAG : word;
    const end = at + size;
    if (size > blockBytesMax || end > input.length) throw corrupt('lz4', `a block claims ${size} bytes`);
    if (size > 0) blocks.push({ start: at, end, isStored });
    at = end;
    if ((flags & BLOCK_CHECKSUM_FLAG) !== 0) {
      if (readWord(input, at, 'the checksum of a block') !== xxhash32(input, end - size, end)) {
        throw corrupt('lz4', 'a block does not match its checksum');
      }
      at += WORD_BYTES;
    }
  }
  let contentChecksum: number | undefined;
  if ((flags & CONTENT_CHECKSUM_FLAG) !== 0) {
    contentChecksum = readWord(input, at, 'the content checksum');
    at += WORD_BYTES;
  }
  const hasLinkedBlocks = (flags & INDEPENDENT_FLAG) === 0;
  return { frame: { blocks, blockBytesMax, hasLinkedBlocks, contentSize, contentChecksum }, end: at };
}

/** Room for all frames. Throws at once when a frame announces more than the bound. */
function outputBound(frames: readonly Frame[], outputBytesMax: number): number {
  let announced = 0;
  let possible = 0;
  for (const frame of frames) {
    let framePossible = 0;
    for (const block of frame.blocks) framePossible += blockBound(frame, block);
    announced += frame.contentSize ?? 0;
    possible += Math.min(framePossible, frame.contentSize ?? framePossible);
  }
  if (announced > outputBytesMax) throw tooLarge('lz4', outputBytesMax);
  return Math.min(possible, outputBytesMax);
}

function blockBound(frame: Frame, block: Block): number {
  const size = block.end - block.start;
  return block.isStored ? size : Math.min(frame.blockBytesMax, size * EXPANSION_MAX);
}

/** The native routine, where the platform has it and the block is of a kind and size that it serves. */
function nativeFor(frame: Frame, block: Block): NativeLz4 | undefined {
  if (block.isStored || frame.hasLinkedBlocks || block.end - block.start < NATIVE_BYTES_MIN) return undefined;
  return nativeLz4();
}

/** The block with the size that the native routine may fill in front of it. */
function sizedBlock(input: Uint8Array, frame: Frame, block: Block, room: number): Buffer {
  const sized = Buffer.allocUnsafe(WORD_BYTES + block.end - block.start);
  sized.writeUInt32LE(Math.min(blockBound(frame, block), room), 0);
  sized.set(input.subarray(block.start, block.end), WORD_BYTES);
  return sized;
}

/** Undefined when the block is for JavaScript: also after a failure, of which that tells damage from lack of room. */
function openNative(input: Uint8Array, frame: Frame, block: Block, room: number): Buffer | undefined {
  try {
    return nativeFor(frame, block)?.uncompressSync(sizedBlock(input, frame, block, room));
  } catch {
    return undefined;
  }
}

function placeBlock(
  opened: Buffer | undefined,
  input: Uint8Array,
  frame: Frame,
  block: Block,
  output: Buffer,
  frameStart: number,
  at: number,
  outputBytesMax: number,
): number {
  if (opened === undefined) return openInJavaScript(input, frame, block, output, frameStart, at, outputBytesMax);
  output.set(opened, at);
  const { length } = opened;
  free(opened);
  return at + length;
}

/** Gives back what is known to be nobody else's at once; a collector would keep a batch's worth of blocks for later, many times over. */
function free({ buffer, length }: Buffer): void {
  if (length >= FREED_BYTES_MIN && buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

function openInJavaScript(
  input: Uint8Array,
  frame: Frame,
  block: Block,
  output: Buffer,
  frameStart: number,
  at: number,
  outputBytesMax: number,
): number {
  const { start, end } = block;
  if (block.isStored) {
    if (end - start > output.length - at) throw overflow(frame, output.length, outputBytesMax);
    output.set(input.subarray(start, end), at);
    return at + end - start;
  }
  const outputEnd = Math.min(output.length, at + frame.blockBytesMax);
  const windowStart = frame.hasLinkedBlocks ? frameStart : at;
  const next = decompressLz4Block(input, start, end, output, at, outputEnd, windowStart);
  if (next !== NO_ROOM) return next;
  if (outputEnd < output.length) throw corrupt('lz4', 'a block is larger than its frame allows');
  throw overflow(frame, output.length, outputBytesMax);
}

/** Output beyond its room: too large when the caller's bound set the room, else larger than the frame says it can be. */
function overflow(frame: Frame, room: number, outputBytesMax: number): Error {
  if (room >= outputBytesMax) return tooLarge('lz4', outputBytesMax);
  const limit = frame.contentSize === undefined ? 'its blocks can hold' : 'it announces';
  return corrupt('lz4', `a frame holds more than ${limit}`);
}

function checkContent(frame: Frame, output: Buffer, start: number, end: number): Buffer {
  checkContentSize(frame, end - start);
  if (frame.contentChecksum === undefined || frame.contentChecksum === xxhash32(output, start, end)) return output;
  throw corrupt('lz4', CHECKSUM_DIFFERS);
}

async function checkContentAsync(frame: Frame, output: Buffer, start: number, end: number): Promise<Buffer> {
  checkContentSize(frame, end - start);
  const { contentChecksum } = frame;
  if (contentChecksum === undefined || contentChecksum === (await xxhash32Async(output, start, end, nextTurn))) {
    return output;
  }
  throw corrupt('lz4', CHECKSUM_DIFFERS);
}

function checkContentSize({ contentSize }: Frame, sizeBytes: number): void {
  if (contentSize === undefined || contentSize === sizeBytes) return;
  throw corrupt('lz4', `a frame announces ${contentSize} bytes and holds ${sizeBytes}`);
}

/** Gives back memory that a generous bound took. */
function trimmed(output: Buffer, length: number): Buffer {
  if (length * 2 < output.length) return Buffer.from(output.subarray(0, length));
  return output.subarray(0, length);
}

function sizeClassFor(inputBytes: number): number {
  let sizeClass = SIZE_CLASS_MIN;
  while (sizeClass < SIZE_CLASS_WRITTEN_MAX && inputBytes > blockBytesOf(sizeClass)) sizeClass++;
  return sizeClass;
}

function blockBytesOf(sizeClass: number): number {
  return 1 << (8 + 2 * sizeClass);
}

function writeHeader(sizeClass: number, output: Buffer, position: number): number {
  const descriptor = output.writeUInt32LE(FRAME_MAGIC, position);
  output[descriptor] = VERSION_1 | INDEPENDENT_FLAG;
  output[descriptor + 1] = sizeClass << 4;
  output[descriptor + 2] = (xxhash32(output, descriptor, descriptor + 2) >>> 8) & 0xff;
  return position + HEADER_BYTES;
}

/** Compresses a block, or stores it when that makes it no smaller, behind its size. */
function writeBlock(input: Uint8Array, start: number, end: number, output: Buffer, position: number): number {
  const at = position + WORD_BYTES;
  const sizeBytes = end - start;
  const packedEnd = packBlock(input, start, end, output, at);
  if (packedEnd - at < sizeBytes) {
    output.writeUInt32LE(packedEnd - at, position);
    return packedEnd;
  }
  output.writeUInt32LE(sizeBytes + STORED_FLAG, position);
  output.set(input.subarray(start, end), at);
  return at + sizeBytes;
}

function packBlock(input: Uint8Array, start: number, end: number, output: Buffer, at: number): number {
  const library = end - start < NATIVE_BYTES_MIN ? undefined : nativeLz4();
  if (library === undefined) return compressLz4Block(input, start, end, output, at);
  const packed = library.compressSync(input.subarray(start, end));
  packed.copy(output, at, WORD_BYTES);
  const packedEnd = at + packed.length - WORD_BYTES;
  free(packed);
  return packedEnd;
}

function readWord(input: Uint8Array, at: number, what: string): number {
  if (at + WORD_BYTES > input.length) throw corrupt('lz4', `${what} is cut`);
  return (input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24)) >>> 0;
}
