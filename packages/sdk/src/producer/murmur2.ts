/**
 * The hash by which Java's default partitioner places keys. Records of one key must land in one partition whoever sends them, so this
 * is part of the protocol in all but name.
 *
 * Invariants: equal to `org.apache.kafka.common.utils.Utils.murmur2` for every input. `Math.imul` keeps the products to 32 bits.
 */
const SEED = 0x9747b28c | 0;
const M = 0x5bd1e995;

/** Murmur2 of the bytes, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = SEED ^ length;
  let at = 0;
  for (const end = length & ~3; at < end; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = mix(hash, word);
  }
  const rest = length & 3;
  if (rest === 3) hash ^= bytes[at + 2]! << 16;
  if (rest >= 2) hash ^= bytes[at + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at]!, M);
  return finish(hash);
}

/** Murmur2 of the text's UTF-8, without making the bytes when the text is ASCII. */
export function murmur2OfText(text: string): number {
  const length = text.length;
  let hash = SEED ^ length;
  let seen = 0;
  let at = 0;
  for (const end = length & ~3; at < end; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    seen |= a | b | c | d;
    hash = mix(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  let tail = 0;
  for (let index = length - 1; index >= at; index--) {
    const code = text.charCodeAt(index);
    seen |= code;
    tail = (tail << 8) | code;
  }
  if (seen > 0x7f) return murmur2(Buffer.from(text));
  if (at < length) hash = Math.imul(hash ^ tail, M);
  return finish(hash);
}

function mix(hash: number, word: number): number {
  let mixed = Math.imul(word, M);
  mixed = Math.imul(mixed ^ (mixed >>> 24), M);
  return Math.imul(hash, M) ^ mixed;
}

function finish(hash: number): number {
  let last = Math.imul(hash ^ (hash >>> 13), M);
  last ^= last >>> 15;
  return last;
}

/** The partition that Java's default partitioner gives a key, of so many partitions. */
export function partitionOfKey(key: Uint8Array | string, partitionCount: number): number {
  const hash = typeof key === 'string' ? murmur2OfText(key) : murmur2(key);
  // Java clears the sign rather than negating: two's complement has one more negative number than positive ones.
  return (hash & 0x7fffffff) % partitionCount;
}
