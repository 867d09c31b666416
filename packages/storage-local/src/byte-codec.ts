/**
 * Numbers and flags of our own files. Offsets, timestamps, sizes and log sequence numbers are 8-byte floats, exact up to 2^53 and able
 * to say −1 and infinity; counts and small numbers are unsigned 32-bit integers. Little-endian.
 */
import { MillraceError } from '@millrace/base';

const CAPACITY_BYTES = 256;

export class ByteWriter {
  #buffer = Buffer.allocUnsafe(CAPACITY_BYTES);
  #end = 0;

  /** What was written so far; right until the next write. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  reset(): void {
    this.#end = 0;
  }

  number(value: number): this {
    this.#end = this.#reserve(8).writeDoubleLE(value, this.#end);
    return this;
  }

  uint32(value: number): this {
    this.#end = this.#reserve(4).writeUInt32LE(value, this.#end);
    return this;
  }

  uint8(value: number): this {
    this.#end = this.#reserve(1).writeUInt8(value, this.#end);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length).set(bytes, this.#end);
    this.#end += bytes.length;
    return this;
  }

  #reserve(sizeBytes: number): Buffer {
    if (this.#end + sizeBytes > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + sizeBytes));
      this.#buffer.copy(grown, 0, 0, this.#end);
      this.#buffer = grown;
    }
    return this.#buffer;
  }
}

/** Reads what a {@link ByteWriter} wrote; throws `MILLRACE_STORAGE_CORRUPT` past the end. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get leftBytes(): number {
    return this.#buffer.length - this.#at;
  }

  number(): number {
    return this.#buffer.readDoubleLE(this.#take(8));
  }

  uint32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  raw(sizeBytes: number): Buffer {
    const at = this.#take(sizeBytes);
    return this.#buffer.subarray(at, at + sizeBytes);
  }

  /** A count of things that take at least `sizeBytesMin` each. */
  count(sizeBytesMin: number): number {
    const count = this.uint32();
    if (count * sizeBytesMin > this.leftBytes) throw corrupt(`${count} elements in ${this.leftBytes} bytes`);
    return count;
  }

  #take(sizeBytes: number): number {
    const at = this.#at;
    if (at + sizeBytes > this.#buffer.length) throw corrupt(`${this.leftBytes} bytes where ${sizeBytes} are needed`);
    this.#at += sizeBytes;
    return at;
  }
}

/** A count and so many elements of at least `sizeBytesMin` each. */
export function decodeList<T>(reader: ByteReader, sizeBytesMin: number, decode: (reader: ByteReader) => T): T[] {
  const list: T[] = [];
  for (let left = reader.count(sizeBytesMin); left > 0; left--) list.push(decode(reader));
  return list;
}

function corrupt(what: string): MillraceError {
  return new MillraceError('MILLRACE_STORAGE_CORRUPT', `cannot decode stored state: ${what}`);
}
