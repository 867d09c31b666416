/** XXH32, the checksum inside LZ4 frames; seed 0, the only one that they use. */

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** What is hashed between two pauses: about a quarter of a millisecond. */
const SLICE_BYTES = 256 * 1024;

/** XXH32 of `bytes[start, end)` as an unsigned number. */
export function xxhash32(bytes: Uint8Array, start: number, end: number): number {
  const lanes = newLanes();
  return finish(lanes, bytes, start, addStripes(lanes, bytes, start, end), end);
}

/** The same without holding the event loop for long: `pause` comes between slices. */
export async function xxhash32Async(
  bytes: Uint8Array,
  start: number,
  end: number,
  pause: () => Promise<void>,
): Promise<number> {
  const lanes = newLanes();
  let at = start;
  while (end - at > SLICE_BYTES) {
    at = addStripes(lanes, bytes, at, at + SLICE_BYTES);
    await pause();
  }
  return finish(lanes, bytes, start, addStripes(lanes, bytes, at, end), end);
}

function newLanes(): Int32Array {
  return Int32Array.of(PRIME_1 + PRIME_2, PRIME_2, 0, -PRIME_1);
}

/** Takes whole stripes of 16 bytes and returns where the rest begins. */
function addStripes(lanes: Int32Array, bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let [lane1, lane2, lane3, lane4] = [lanes[0]!, lanes[1]!, lanes[2]!, lanes[3]!];
  for (const stripesEnd = end - 16; at <= stripesEnd; at += 16) {
    lane1 = round(lane1, readWord(bytes, at));
    lane2 = round(lane2, readWord(bytes, at + 4));
    lane3 = round(lane3, readWord(bytes, at + 8));
    lane4 = round(lane4, readWord(bytes, at + 12));
  }
  lanes[0] = lane1;
  lanes[1] = lane2;
  lanes[2] = lane3;
  lanes[3] = lane4;
  return at;
}

function finish(lanes: Int32Array, bytes: Uint8Array, start: number, rest: number, end: number): number {
  let at = rest;
  let hash = PRIME_5 | 0;
  if (at > start) {
    hash = (rotate(lanes[0]!, 1) + rotate(lanes[1]!, 7) + rotate(lanes[2]!, 12) + rotate(lanes[3]!, 18)) | 0;
  }
  hash = (hash + (end - start)) | 0;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(readWord(bytes, at), PRIME_3)) | 0, 17), PRIME_4);
  }
  for (; at < end; at++) hash = Math.imul(rotate((hash + Math.imul(bytes[at]!, PRIME_5)) | 0, 11), PRIME_1);
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
