/**
 * CRC-32C (Castagnoli), the checksum of record batches and of our own files.
 *
 * Owns: the choice between the native routine, which costs about 130 ns a call and then runs at 7 GB/s, and eight
 * table lookups per eight bytes in JavaScript at 1.5 GB/s without a call. They meet near 200 bytes.
 */
import { loadNative } from './native.ts';

type NativeCrc32c = (input: Uint8Array, initialState: number) => number;

/** Below this many bytes JavaScript is quicker than crossing into native code (measured, docs/adr/0004). */
const NATIVE_BYTES_MIN = 224;
const REVERSED_POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256 entries: table `k` advances a byte's contribution over `k` further zero bytes. */
const TABLES = buildTables();

let native: NativeCrc32c | null | undefined;

/**
 * CRC-32C of `buffer[start, end)` as an unsigned number. `seed` is the checksum of the bytes before, so that
 * `crc32c(b, 0, b.length, crc32c(a))` is the checksum of `a` followed by `b`.
 */
export function crc32c(buffer: Uint8Array, start = 0, end = buffer.length, seed = 0): number {
  if (!(start >= 0 && start <= end && end <= buffer.length)) {
    throw new RangeError(`range ${start} to ${end} lies outside a buffer of ${buffer.length} bytes`);
  }
  if (end - start >= NATIVE_BYTES_MIN) {
    if (native === undefined) native = loadNativeCrc32c();
    if (native !== null) {
      const view = new Uint8Array(buffer.buffer, buffer.byteOffset + start, end - start);
      return native(view, seed) >>> 0;
    }
  }
  return crc32cInJavaScript(buffer, start, end, seed);
}

/** The same without native code; exported for tests and benchmarks. */
export function crc32cInJavaScript(buffer: Uint8Array, start: number, end: number, seed: number): number {
  const tables = TABLES;
  let crc = ~seed;
  let position = start;
  for (const wordsEnd = end - 7; position < wordsEnd; position += 8) {
    crc ^=
      buffer[position]! | (buffer[position + 1]! << 8) | (buffer[position + 2]! << 16) | (buffer[position + 3]! << 24);
    crc =
      tables[1792 + (crc & 0xff)]! ^
      tables[1536 + ((crc >>> 8) & 0xff)]! ^
      tables[1280 + ((crc >>> 16) & 0xff)]! ^
      tables[1024 + (crc >>> 24)]! ^
      tables[768 + buffer[position + 4]!]! ^
      tables[512 + buffer[position + 5]!]! ^
      tables[256 + buffer[position + 6]!]! ^
      tables[buffer[position + 7]!]!;
  }
  for (; position < end; position++) crc = tables[(crc ^ buffer[position]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function buildTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ REVERSED_POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    let crc = tables[byte]!;
    for (let table = 1; table < 8; table++) {
      crc = tables[crc & 0xff]! ^ (crc >>> 8);
      tables[table * 256 + byte] = crc;
    }
  }
  return tables;
}

function loadNativeCrc32c(): NativeCrc32c | null {
  const module = loadNative('@node-rs/crc32') as { readonly crc32c?: NativeCrc32c } | undefined;
  return module?.crc32c ?? null;
}
