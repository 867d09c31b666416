/**
 * LZ4's block format in JavaScript: a run of sequences, each literals followed by a copy from up to 64 KiB back.
 *
 * Owns: compressing and decompressing one block.
 * Invariants: decompression never reads or writes outside what it was given; it ends or throws within the input's length.
 *   Bytes are compared and copied four at a time, through views whose loads compile to one instruction: a copy may write up to three
 *   bytes too many, which lie behind everything written so far and are written again by what follows.
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
const HASH_FACTOR = 0x9e3779b1;
const WORD_BYTES = 4;
/** What a copy by words may write too much. */
const SPILL_BYTES = WORD_BYTES - 1;
/** Longer copies are worth a call into the runtime. */
const LOOPED_BYTES_MAX = 96;

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
  const source = viewOf(input);
  const target = viewOf(output);
  const searchEnd = end - MATCH_START_LIMIT;
  const matchLimit = end - LAST_LITERALS;
  let out = outputStart;
  let literalStart = start;
  let at = start;
  let misses = 64;
  while (at <= searchEnd) {
    const word = source.getInt32(at, true);
    const slot = Math.imul(word, HASH_FACTOR) >>> shift;
    let candidate = table[slot]!;
    table[slot] = at;
    if (candidate < 0 || at - candidate > DISTANCE_MAX || source.getInt32(candidate, true) !== word) {
      // The longer nothing repeats, the larger the steps: data that does not compress is passed over quickly.
      at += misses++ >>> 6;
      continue;
    }
    misses = 64;
    const matchEnd = endOfMatch(source, candidate + MATCH_BYTES_MIN, at + MATCH_BYTES_MIN, matchLimit);
    while (at > literalStart && candidate > start && input[at - 1] === input[candidate - 1]) {
      at--;
      candidate--;
    }
    out = writeSequence(source, literalStart, at, at - candidate, matchEnd - at, target, out);
    at = matchEnd;
    literalStart = at;
    if (at <= searchEnd) table[Math.imul(source.getInt32(at - 2, true), HASH_FACTOR) >>> shift] = at - 2;
  }
  return writeLastLiterals(input, literalStart, end, output, out);
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
  const source = viewOf(block);
  const target = viewOf(output);
  const wordsEnd = end - SPILL_BYTES;
  const targetWordsEnd = outputEnd - SPILL_BYTES;
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
    if (literals > LOOPED_BYTES_MAX || at + literals > wordsEnd || out + literals > targetWordsEnd) {
      output.set(block.subarray(at, at + literals), out);
    } else {
      copyWords(source, at, target, out, out + literals);
    }
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
    const matchEnd = out + matched;
    if (distance === 0 || from < windowStart) throw corrupt('lz4', 'a copy points outside the data');
    if (matchEnd > outputEnd) return NO_ROOM;
    if (matched > LOOPED_BYTES_MAX && distance >= matched) output.copyWithin(out, from, from + matched);
    else if (distance >= WORD_BYTES && matchEnd <= targetWordsEnd) copyWords(target, from, target, out, matchEnd);
    else for (let byte = 0; byte < matched; byte++) output[out + byte] = output[from + byte]!;
    out = matchEnd;
  }
  throw corrupt('lz4', 'a block does not end with literals');
}

/** Small inputs get a small table: clearing a large one would take longer than the search. */
function hashBitsFor(inputBytes: number): number {
  return Math.min(Math.max(31 - Math.clz32(inputBytes), HASH_BITS_MIN), HASH_BITS_MAX);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where what follows `at` begins to differ from what follows `candidate`, at `limit` at the latest. */
function endOfMatch(source: DataView, candidate: number, at: number, limit: number): number {
  let earlier = candidate;
  let end = at;
  for (; end <= limit - WORD_BYTES; end += WORD_BYTES, earlier += WORD_BYTES) {
    const difference = source.getInt32(earlier, true) ^ source.getInt32(end, true);
    // The lowest bit that differs lies in the first byte that does.
    if (difference !== 0) return end + ((31 - Math.clz32(difference & -difference)) >>> 3);
  }
  for (; end < limit && source.getUint8(earlier) === source.getUint8(end); earlier++) end++;
  return end;
}

/** Copies to `outputStart` until `outputEnd` is reached or passed. */
function copyWords(source: DataView, start: number, target: DataView, outputStart: number, outputEnd: number): void {
  let at = start;
  for (let out = outputStart; out < outputEnd; out += WORD_BYTES, at += WORD_BYTES) {
    target.setInt32(out, source.getInt32(at, true), true);
  }
}

/** Literals and the copy behind them. Twelve bytes of input or more follow, so that whole words can be read and written. */
function writeSequence(
  source: DataView,
  literalStart: number,
  literalEnd: number,
  distance: number,
  matched: number,
  target: DataView,
  position: number,
): number {
  const literals = literalEnd - literalStart;
  const matchCode = matched - MATCH_BYTES_MIN;
  const token = (Math.min(literals, TOKEN_LENGTH_MAX) << 4) | Math.min(matchCode, TOKEN_LENGTH_MAX);
  let out = position;
  target.setUint8(out++, token);
  if (literals >= TOKEN_LENGTH_MAX) out = writeLength(literals - TOKEN_LENGTH_MAX, target, out);
  copyWords(source, literalStart, target, out, out + literals);
  out += literals;
  target.setUint16(out, distance, true);
  out += 2;
  return matchCode >= TOKEN_LENGTH_MAX ? writeLength(matchCode - TOKEN_LENGTH_MAX, target, out) : out;
}

function writeLastLiterals(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  position: number,
): number {
  const literals = end - start;
  let out = position;
  output[out++] = Math.min(literals, TOKEN_LENGTH_MAX) << 4;
  if (literals >= TOKEN_LENGTH_MAX) out = writeLength(literals - TOKEN_LENGTH_MAX, viewOf(output), out);
  output.set(input.subarray(start, end), out);
  return out + literals;
}

function writeLength(length: number, target: DataView, position: number): number {
  let out = position;
  let rest = length;
  for (; rest >= 255; rest -= 255) target.setUint8(out++, 255);
  target.setUint8(out++, rest);
  return out;
}
