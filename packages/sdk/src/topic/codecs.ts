/**
 * Codecs of plain values. Their bytes are those of Kafka's Java serializers of the same kind, so that both sides can meet on a topic.
 * A value of the wrong type or out of range is refused when sent, bytes of another length (or form) when read.
 *
 * Not here: JSON (./json.ts).
 */
import type { Codec, DecodeContext, EncodeContext, EncodedBytes } from './codec.ts';

/** Text as UTF-8, as Java's `StringSerializer`. Malformed bytes are read, and lone surrogates sent, as U+FFFD. */
export const str: Codec<string> = codecOf(
  'str',
  (value) => {
    if (typeof value !== 'string') throw wrongType('a string', value);
    return value;
  },
  readText,
);

/** Bytes as they are. Text may be sent and stands for its UTF-8; bytes read are a view that lives as long as the batch they came in. */
export const bytes: Codec<Uint8Array | string, Uint8Array> = {
  name: 'bytes',
  encode(value) {
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) throw wrongType('a Uint8Array or string', value);
    return value;
  },
  decode: present,
  decodeRange: (frame, start, end) => frame.subarray(start, end),
};

/** A whole number from −2^31 to 2^31−1 in 4 bytes, big-endian, as Java's `IntegerSerializer`. */
export const int32: Codec<number> = codecOf(
  'int32',
  (value) => {
    if (typeof value !== 'number' || (value | 0) !== value) throw wrongType('a whole number of 32 bits', value);
    const out = Buffer.allocUnsafe(4);
    out.writeInt32BE(value);
    return out;
  },
  (frame, start, end) => frame.readInt32BE(sized(4, start, end)),
);

/**
 * A whole number in 8 bytes, big-endian, as Java's `LongSerializer`, as a JavaScript number: up to ±(2^53−1), and as a bigint sent from
 * −2^63 to 2^63−1. What is read beyond ±(2^53−1) is undecodable rather than inexact; see {@link bigInt64} for that.
 */
export const int64: Codec<number | bigint, number> = codecOf('int64', encodeInt64, (frame, start, end) => {
  const value = frame.readInt32BE(sized(8, start, end)) * 4_294_967_296 + frame.readUInt32BE(start + 4);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`${frame.readBigInt64BE(start)} is beyond what a number holds exactly: use bigInt64`);
});

/** Like {@link int64}, read as a bigint: exact over all 64 bits. */
export const bigInt64: Codec<number | bigint, bigint> = codecOf('bigInt64', encodeInt64, (frame, start, end) =>
  frame.readBigInt64BE(sized(8, start, end)),
);

/** A UUID as its 36 characters of text, as Java's `UUIDSerializer`. Read and sent in lower case; either is accepted. */
export const uuid: Codec<string> = codecOf('uuid', canonicalUuid, (frame, start, end) =>
  canonicalUuid(frame.toString('latin1', start, end)),
);

/**
 * The codec with null allowed on both sides: no key, or a tombstone (a value of null deletes the key from a compacted topic).
 * Other codecs refuse null, so that a tombstone is never taken for an empty value.
 */
export function nullable<I, O = I>(inner: Codec<I, O>): Codec<I | null, O | null> {
  const codec: Codec<I | null, O | null> = {
    name: `nullable(${inner.name})`,
    ...(inner.usesHeaders === undefined ? {} : { usesHeaders: inner.usesHeaders }),
    encode(value: I | null, context: EncodeContext): EncodedBytes | PromiseLike<EncodedBytes> {
      return value === null || value === undefined ? null : inner.encode(value, context);
    },
    decode(input: Uint8Array | null, context: DecodeContext): O | null | PromiseLike<O | null> {
      return input === null ? null : inner.decode(input, context);
    },
  };
  // Only with a range shortcut of the inner codec: its absence tells the consumer to make the view itself.
  if (inner.decodeRange !== undefined) codec.decodeRange = inner.decodeRange.bind(inner);
  return codec;
}

/** A codec whose values are never null and lie in a range of bytes. */
function codecOf<I, O = I>(
  name: string,
  encode: (value: I) => EncodedBytes,
  read: (frame: Buffer, start: number, end: number) => O,
): Codec<I, O> {
  return {
    name,
    encode,
    decode(input) {
      const frame = asBuffer(present(input));
      return read(frame, 0, frame.length);
    },
    decodeRange: read,
  };
}

/** The bytes, which the codec cannot do without. */
function present(input: Uint8Array | null): Uint8Array {
  if (input === null)
    throw new TypeError('there is no key, or the value is a tombstone: wrap the codec in nullable() to allow null');
  return input;
}

/** A Buffer over the same memory. */
export function asBuffer(input: Uint8Array): Buffer {
  return Buffer.isBuffer(input) ? input : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
}

/** What Buffer has beside `toString`, which looks at its arguments first. */
interface TextSource {
  utf8Slice?(start: number, end: number): string;
}

function readText(frame: Buffer & TextSource, start: number, end: number): string {
  if (end - start <= LOOPED_CHARS_MAX) return readShortText(frame, start, end);
  return frame.utf8Slice?.(start, end) ?? frame.toString(undefined, start, end);
}

/** Up to so many bytes a loop is quicker than crossing into native code (measured). */
const LOOPED_CHARS_MAX = 16;
/** By length; written anew for each text. */
const CHARS: readonly number[][] = Array.from({ length: LOOPED_CHARS_MAX + 1 }, (_, length) =>
  new Array<number>(length).fill(0),
);

function readShortText(frame: Buffer, start: number, end: number): string {
  const chars = CHARS[end - start] as number[];
  let seen = 0;
  for (let at = start, index = 0; at < end; at++, index++) {
    const byte = frame[at] as number;
    seen |= byte;
    chars[index] = byte;
  }
  return seen < 0x80 ? String.fromCharCode(...chars) : frame.toString(undefined, start, end);
}

/** `start`, when so many bytes begin there. */
function sized(expected: number, start: number, end: number): number {
  if (end - start !== expected) throw new RangeError(`${expected} bytes are expected, not ${end - start}`);
  return start;
}

function encodeInt64(value: number | bigint): Buffer {
  const out = Buffer.allocUnsafe(8);
  if (typeof value === 'bigint') {
    out.writeBigInt64BE(value);
  } else {
    if (!Number.isSafeInteger(value)) throw wrongType('a whole number of up to 53 bits, or a bigint', value);
    out.writeInt32BE(Math.floor(value / 4_294_967_296), 0);
    out.writeUInt32BE(value >>> 0, 4);
  }
  return out;
}

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function canonicalUuid(text: string): string {
  if (typeof text !== 'string') throw wrongType('a UUID as text', text);
  const lower = text.toLowerCase();
  if (!UUID_PATTERN.test(lower)) throw new TypeError('is no UUID: 36 characters such as 0190f3a4-… are expected');
  return lower;
}

function wrongType(expected: string, value: unknown): TypeError {
  return new TypeError(`${expected} is expected, not ${describe(value)}`);
}

/** The kind of a value; never the value of text or objects, which may be secret. */
function describe(value: unknown): string {
  if (value === null) return 'null (wrap the codec in nullable() to allow it)';
  if (value === undefined || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
