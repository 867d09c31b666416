/**
 * LZ4's block format in JavaScript: a run of sequences, each literals followed by a copy from up to 64 KiB back.
 *
 * Owns: compressing and decompressing one block.
 * Invariants: decompression never reads or writes outside what it was given; it ends or throws within the input's length.
 * Not here: frames, checksums and block sizes (`lz4-frame.ts`).
 */
import { corrupt } from './compression-error.ts';

const MATCH_BYTES_MIN = 4;
/** The format ends every block with at least five literals and starts no match in the last twelve bytes. */
const LAST_LITERALS = 5;
const MATCH_START_LIMIT = 12;
const DISTANCE_MAX = 65_535;
const HASH_BITS_MIN = 8;
const HASH_BITS_MAX = 14;
/** A length of 15 in the token goes on in further bytes. */
const TOKEN_LENGTH_MAX = 15;

const hashTable = new Int32Array(1 << HASH_BITS_MAX);

/** The answer of {@link decompressLz4Block} when the output has no room for what the block holds. */
export const NO_ROOM = -1;

/** Most bytes that a block of so much input takes. */
export function lz4BlockSizeMax(inputBytes: number): number {
  return inputBytes + Math.floor(inputBytes / 255) + 16;
}

/** Writes `input[start, end)` as a block into `output`, which has room for {@link lz4BlockSizeMax}, and returns its end. */
export function compressLz4Block(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outputStart: number,
): number {
  const bits = hashBitsFor(end - start);
  const table = hashTable.fill(-1, 0, 1 << bits);
  const shift = 32 - bits;
  const searchEnd = end - MATCH_START_LIMIT;
  const matchEnd = end - LAST_LITERALS;
  let out = outputStart;
  let literalStart = start;
  let at = start;
  let misses = 64;
  while (at <= searchEnd) {
    const word = readWord(input, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> shift;
    const candidate = table[slot]!;
    table[slot] = at;
    if (candidate < 0 || at - candidate > DISTANCE_MAX || readWord(input, candidate) !== word) {
      // The longer nothing repeats, the larger the steps: data that does not compress is passed over quickly.
      at += misses++ >>> 6;
      continue;
    }
    misses = 64;
    let matched = MATCH_BYTES_MIN;
    while (at + matched < matchEnd && input[candidate + matched] === input[at + matched]) matched++;
    out = writeSequence(input, literalStart, at, at - candidate, matched, output, out);
    at += matched;
    literalStart = at;
  }
  return writeLiterals(input, literalStart, end, 0, output, out);
}

/**
 * Decompresses `block[start, end)` to `output` from `outputStart` on, below `outputEnd`. Copies may reach back to `windowStart`, where
 * earlier blocks of the frame were written. Returns the end of the output, or {@link NO_ROOM}.
 */
export function decompressLz4Block(
  block: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
  windowStart: number,
): number {
  let at = start;
  let out = outputStart;
  while (at < end) {
    const token = block[at++]!;
    let literals = token >>> 4;
    if (literals === TOKEN_LENGTH_MAX) {
      let byte: number;
      do {
        byte = at < end ? block[at]! : 0;
        at++;
        literals += byte;
      } while (byte === 255);
    }
    if (at + literals > end) throw corrupt('lz4', 'a literal run is cut');
    if (out + literals > outputEnd) return NO_ROOM;
    if (literals <= 24) for (let byte = 0; byte < literals; byte++) output[out + byte] = block[at + byte]!;
    else output.set(block.subarray(at, at + literals), out);
    at += literals;
    out += literals;
    if (at === end) return out;

    if (at + 2 > end) throw corrupt('lz4', 'a distance is cut');
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    let matched = (token & TOKEN_LENGTH_MAX) + MATCH_BYTES_MIN;
    if (matched === TOKEN_LENGTH_MAX + MATCH_BYTES_MIN) {
      let byte: number;
      do {
        byte = at < end ? block[at]! : 0;
        at++;
        matched += byte;
      } while (byte === 255);
    }
    const from = out - distance;
    if (distance === 0 || from < windowStart) throw corrupt('lz4', 'a copy points outside the data');
    if (out + matched > outputEnd) return NO_ROOM;
    if (matched > 48 && distance >= matched) output.copyWithin(out, from, from + matched);
    else for (let byte = 0; byte < matched; byte++) output[out + byte] = output[from + byte]!;
    out += matched;
  }
  throw corrupt('lz4', 'a block does not end with literals');
}

/** Small inputs get a small table: clearing a large one would take longer than the search. */
function hashBitsFor(inputBytes: number): number {
  return Math.min(Math.max(31 - Math.clz32(inputBytes), HASH_BITS_MIN), HASH_BITS_MAX);
}

function readWord(input: Uint8Array, at: number): number {
  return input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24);
}

function writeSequence(
  input: Uint8Array,
  literalStart: number,
  literalEnd: number,
  distance: number,
  matched: number,
  output: Uint8Array,
  position: number,
): number {
  const matchCode = matched - MATCH_BYTES_MIN;
  let out = writeLiterals(input, literalStart, literalEnd, Math.min(matchCode, TOKEN_LENGTH_MAX), output, position);
  output[out++] = distance & 0xff;
  output[out++] = distance >>> 8;
  return matchCode >= TOKEN_LENGTH_MAX ? writeLength(matchCode - TOKEN_LENGTH_MAX, output, out) : out;
}

function writeLiterals(
  input: Uint8Array,
  start: number,
  end: number,
  matchNibble: number,
  output: Uint8Array,
  position: number,
): number {
  const length = end - start;
  let out = position;
  output[out++] = (Math.min(length, TOKEN_LENGTH_MAX) << 4) | matchNibble;
  if (length >= TOKEN_LENGTH_MAX) out = writeLength(length - TOKEN_LENGTH_MAX, output, out);
  if (length <= 24) for (let byte = 0; byte < length; byte++) output[out + byte] = input[start + byte]!;
  else output.set(input.subarray(start, end), out);
  return out + length;
}

function writeLength(length: number, output: Uint8Array, position: number): number {
  let out = position;
  let rest = length;
  for (; rest >= 255; rest -= 255) output[out++] = 255;
  output[out++] = rest;
  return out;
}
