/**
 * Snappy's block format in JavaScript: what serves where the native binary does not exist.
 *
 * Owns: compressing and decompressing one block (a length in front, then literals and copies).
 * Invariants: decompression writes exactly the length that the block announces, or throws; it never reads or writes outside.
 * Bounds: a copy of 3 bytes yields at most 64, so a length beyond that ratio is refused before anything is allocated.
 * Not here: Kafka's framing of many blocks (`snappy.ts`).
 */
import { corrupt, tooLarge } from './compression-error.ts';

/** Matches are looked for inside fragments of this size, so that table entries and offsets fit 16 bits. */
const FRAGMENT_BYTES = 65_536;
const HASH_BITS_MIN = 8;
const HASH_BITS_MAX = 14;
/** Below this a fragment is not worth searching. */
const FRAGMENT_BYTES_MIN = 16;
/** Most bytes of output that a byte of input can stand for: a three-byte copy gives 64. */
const EXPANSION_MAX = 22;
const LENGTH_SIZE_BYTES_MAX = 5;

const hashTable = new Uint16Array(1 << HASH_BITS_MAX);

/** Most bytes that a block of so much input takes. */
export function snappyBlockSizeMax(inputBytes: number): number {
  return 32 + inputBytes + Math.floor(inputBytes / 6);
}

/** Writes `input` as one block into `output`, which has room for {@link snappyBlockSizeMax}, and returns the end. */
export function compressSnappyBlock(input: Uint8Array, output: Uint8Array, outputStart: number): number {
  let out = outputStart;
  let rest = input.length;
  while (rest >= 0x80) {
    output[out++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  output[out++] = rest;
  for (let start = 0; start < input.length; start += FRAGMENT_BYTES) {
    out = compressFragment(input, start, Math.min(input.length, start + FRAGMENT_BYTES), output, out);
  }
  return out;
}

/** Length that a block announces. Throws when it is no block, when the length cannot be true, or when it passes the bound. */
export function snappyBlockLength(block: Uint8Array, outputBytesMax: number): number {
  const { value, size } = readLength(block);
  if (value > (block.length - size) * EXPANSION_MAX) {
    throw corrupt('snappy', `a block of ${block.length} bytes announces ${value}`);
  }
  if (value > outputBytesMax) throw tooLarge('snappy', outputBytesMax);
  return value;
}

/** Decompresses one block into `output` from `outputStart` on, which has room for the announced length. */
export function decompressSnappyBlock(block: Uint8Array, output: Uint8Array, outputStart: number): number {
  const { value: length, size } = readLength(block);
  const outputEnd = outputStart + length;
  const blockEnd = block.length;
  let at = size;
  let out = outputStart;
  while (at < blockEnd) {
    const tag = block[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let literal = (tag >>> 2) + 1;
      if (literal > 60) {
        const bytes = literal - 60;
        if (at + bytes > blockEnd) throw corrupt('snappy', 'a literal is cut');
        literal = 0;
        for (let byte = 0; byte < bytes; byte++) literal += block[at + byte]! * 2 ** (8 * byte);
        literal++;
        at += bytes;
      }
      if (at + literal > blockEnd || out + literal > outputEnd) throw corrupt('snappy', 'a literal is too long');
      if (literal <= 16) for (let byte = 0; byte < literal; byte++) output[out + byte] = block[at + byte]!;
      else output.set(block.subarray(at, at + literal), out);
      at += literal;
      out += literal;
      continue;
    }
    let count: number;
    let distance: number;
    if (kind === 1) {
      count = ((tag >>> 2) & 7) + 4;
      distance = ((tag >>> 5) << 8) | (block[at] ?? 0);
      at += 1;
    } else {
      count = (tag >>> 2) + 1;
      distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
      if (kind === 3) distance += (block[at + 2] ?? 0) * 65_536 + (block[at + 3] ?? 0) * 16_777_216;
      at += kind === 3 ? 4 : 2;
    }
    const from = out - distance;
    if (at > blockEnd || distance === 0 || from < outputStart || out + count > outputEnd) {
      throw corrupt('snappy', 'a copy points outside the data');
    }
    for (let byte = 0; byte < count; byte++) output[out + byte] = output[from + byte]!;
    out += count;
  }
  if (out !== outputEnd) throw corrupt('snappy', `a block announces ${length} bytes and holds ${out - outputStart}`);
  return out;
}

function readLength(block: Uint8Array): { value: number; size: number } {
  let value = 0;
  for (let size = 1; size <= LENGTH_SIZE_BYTES_MAX; size++) {
    const byte = block[size - 1];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * (size - 1));
    if (byte < 0x80) return { value, size };
  }
  throw corrupt('snappy', 'a block has no length');
}

function compressFragment(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outputStart: number,
): number {
  if (end - start < FRAGMENT_BYTES_MIN) return writeLiteral(input, start, end, output, outputStart);
  const bits = hashBitsFor(end - start);
  const table = hashTable.fill(0, 0, 1 << bits);
  const shift = 32 - bits;
  const searchEnd = end - 4;
  let out = outputStart;
  let literalStart = start;
  let at = start + 1;
  let misses = 32;
  while (at <= searchEnd) {
    const word = readWord(input, at);
    const slot = Math.imul(word, 0x1e35a7bd) >>> shift;
    const candidate = start + table[slot]!;
    table[slot] = at - start;
    if (candidate >= at || readWord(input, candidate) !== word) {
      // The longer nothing repeats, the larger the steps: data that does not compress is passed over quickly.
      at += misses++ >>> 5;
      continue;
    }
    misses = 32;
    out = writeLiteral(input, literalStart, at, output, out);
    let matched = 4;
    while (at + matched < end && input[candidate + matched] === input[at + matched]) matched++;
    out = writeCopy(at - candidate, matched, output, out);
    at += matched;
    literalStart = at;
  }
  return writeLiteral(input, literalStart, end, output, out);
}

/** Small inputs get a small table: clearing a large one would take longer than the search. */
function hashBitsFor(inputBytes: number): number {
  return Math.min(Math.max(31 - Math.clz32(inputBytes), HASH_BITS_MIN), HASH_BITS_MAX);
}

function readWord(input: Uint8Array, at: number): number {
  return input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24);
}

function writeLiteral(input: Uint8Array, start: number, end: number, output: Uint8Array, position: number): number {
  const length = end - start;
  if (length === 0) return position;
  let out = position;
  const rest = length - 1;
  if (rest < 60) output[out++] = rest << 2;
  else if (rest < 0x100) {
    output[out++] = 60 << 2;
    output[out++] = rest;
  } else {
    // A fragment has at most 65,536 bytes, so two length bytes always do.
    output[out++] = 61 << 2;
    output[out++] = rest & 0xff;
    output[out++] = rest >>> 8;
  }
  if (length <= 16) for (let byte = 0; byte < length; byte++) output[out + byte] = input[start + byte]!;
  else output.set(input.subarray(start, end), out);
  return out + length;
}

function writeCopy(distance: number, length: number, output: Uint8Array, position: number): number {
  let out = position;
  let rest = length;
  while (rest > 0) {
    // Never leave a tail below 4 bytes, which only the longer form of a copy could express.
    const part = rest > 64 && rest < 68 ? 60 : Math.min(rest, 64);
    if (part >= 4 && part <= 11 && distance < 2048) {
      output[out++] = 1 | ((part - 4) << 2) | ((distance >>> 8) << 5);
      output[out++] = distance & 0xff;
    } else {
      output[out++] = 2 | ((part - 1) << 2);
      output[out++] = distance & 0xff;
      output[out++] = distance >>> 8;
    }
    rest -= part;
  }
  return out;
}
