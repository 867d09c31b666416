/**
 * Writer: puts the protocol's primitive types into one buffer whose size was computed before.
 *
 * Owns: the buffer, and the order of chunks around record slices that are not copied.
 * Invariants: `finish` succeeds only when exactly the announced bytes were written, so a codec whose `size` and `encode`
 *   disagree is found at once and never reaches a socket.
 * Bounds: nothing grows. Record slices of OUT_OF_LINE_BYTES_MIN or more become chunks of their own when the caller
 *   announced them (`outOfLineBytes`), all others are copied.
 * Not here: which fields follow each other (see ../generated/).
 */
import { assert, ZERO_UUID } from '@millrace/base';

import type { RecordsField, TaggedField } from './codec.ts';
import { ProtocolError } from './protocol-error.ts';
import { OUT_OF_LINE_BYTES_MIN, recordsLength, utf8Length } from './sizes.ts';

const STRING_BYTES_MAX = 0x7fff;
/** Strings up to this length are written character by character: a call into the runtime costs more. */
const SHORT_STRING_CHARS = 48;
const BASE64URL = base64urlTable();

export class Writer {
  readonly #buffer: Buffer;
  readonly #outOfLineBytes: number;
  readonly #chunks: Buffer[] = [];
  #view: DataView | undefined;
  #position = 0;
  #chunkStart = 0;
  #outOfLineWritten = 0;

  /** `sizeBytes` counts everything, `outOfLineBytes` the part of it that large record slices make up. */
  constructor(sizeBytes: number, outOfLineBytes = 0) {
    this.#buffer = Buffer.allocUnsafe(sizeBytes - outOfLineBytes);
    this.#outOfLineBytes = outOfLineBytes;
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange('int8', value);
    this.#buffer[this.#position++] = value;
  }

  boolean(value: boolean): void {
    this.#buffer[this.#position++] = value ? 1 : 0;
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange('int16', value);
    const buffer = this.#buffer;
    const at = this.#position;
    buffer[at] = value >> 8;
    buffer[at + 1] = value;
    this.#position = at + 2;
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange('uint16', value);
    const buffer = this.#buffer;
    const at = this.#position;
    buffer[at] = value >> 8;
    buffer[at + 1] = value;
    this.#position = at + 2;
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw outOfRange('int32', value);
    const buffer = this.#buffer;
    const at = this.#position;
    buffer[at] = value >> 24;
    buffer[at + 1] = value >> 16;
    buffer[at + 2] = value >> 8;
    buffer[at + 3] = value;
    this.#position = at + 4;
  }

  int64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw outOfRange('int64', value);
    this.#dataView().setBigInt64(this.#advance(8), value);
  }

  float64(value: number): void {
    this.#dataView().setFloat64(this.#advance(8), value);
  }

  uvarint(value: number): void {
    if (value >>> 0 !== value) throw outOfRange('uvarint', value);
    const buffer = this.#buffer;
    let at = this.#position;
    let rest = value;
    while (rest >= 0x80) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.#position = at;
  }

  /** Takes Kafka's text form: 22 characters of url-safe base64. */
  uuid(value: string): void {
    const buffer = this.#buffer;
    let at = this.#advance(16);
    if (value === ZERO_UUID) {
      buffer.fill(0, at, at + 16);
      return;
    }
    if (value.length !== 22) throw badUuid(value);
    for (let i = 0; i < 20; i += 4) {
      const group =
        (digit(value, i) << 18) | (digit(value, i + 1) << 12) | (digit(value, i + 2) << 6) | digit(value, i + 3);
      buffer[at++] = group >> 16;
      buffer[at++] = group >> 8;
      buffer[at++] = group;
    }
    const last = (digit(value, 20) << 6) | digit(value, 21);
    if ((last & 0x0f) !== 0) throw badUuid(value);
    buffer[at] = last >> 4;
  }

  string(value: string): void {
    const length = utf8Length(value);
    if (length > STRING_BYTES_MAX) throw stringTooLong(length);
    this.int16(length);
    this.#text(value, length);
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1);
    else this.string(value);
  }

  compactString(value: string): void {
    const length = utf8Length(value);
    if (length > STRING_BYTES_MAX) throw stringTooLong(length);
    this.uvarint(length + 1);
    this.#text(value, length);
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.uvarint(0);
    else this.compactString(value);
  }

  bytes(value: Uint8Array): void {
    this.int32(value.length);
    this.#copy(value);
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) this.int32(-1);
    else this.bytes(value);
  }

  compactBytes(value: Uint8Array): void {
    this.uvarint(value.length + 1);
    this.#copy(value);
  }

  compactNullableBytes(value: Uint8Array | null): void {
    if (value === null) this.uvarint(0);
    else this.compactBytes(value);
  }

  records(value: RecordsField): void {
    this.int32(value === null ? -1 : recordsLength(value));
    this.#recordSlices(value);
  }

  compactRecords(value: RecordsField): void {
    this.uvarint(value === null ? 0 : recordsLength(value) + 1);
    this.#recordSlices(value);
  }

  arrayLength(count: number): void {
    this.int32(count);
  }

  compactArrayLength(count: number): void {
    this.uvarint(count + 1);
  }

  /** Writes a tag section that holds unknown fields only. */
  taggedFields(fields: readonly TaggedField[] | undefined): void {
    if (fields === undefined) {
      this.uvarint(0);
      return;
    }
    this.uvarint(fields.length);
    this.rawTags(fields, 0, Infinity);
  }

  /**
   * Writes the unknown fields from `index` on whose tag is below `limit`; returns the index of the first one left.
   * Throws when tags do not rise or when `limit` itself, a tag that the schema knows, is among them.
   */
  rawTags(fields: readonly TaggedField[] | undefined, index: number, limit: number): number {
    if (fields === undefined) return index;
    let next = index;
    for (; next < fields.length; next++) {
      const { tag, data } = fields[next] as TaggedField;
      const previous = fields[next - 1];
      if (tag === limit || (previous !== undefined && tag <= previous.tag)) throw badTag(tag);
      if (tag > limit) break;
      this.uvarint(tag);
      this.uvarint(data.length);
      this.#copy(data);
    }
    return next;
  }

  /** The message as buffers for one `writev`. */
  finish(): Buffer[] {
    if (this.#position !== this.#buffer.length || this.#outOfLineWritten !== this.#outOfLineBytes) {
      const announced = `${this.#buffer.length} + ${this.#outOfLineBytes} bytes were announced`;
      assert(false, `encoded ${this.#position} + ${this.#outOfLineWritten} bytes where ${announced}`);
    }
    this.#closeChunk();
    return this.#chunks;
  }

  /** The message as one buffer; copies when there are record slices of their own. */
  toBuffer(): Buffer {
    const [first, ...rest] = this.finish();
    if (first === undefined) return this.#buffer;
    return rest.length === 0 ? first : Buffer.concat([first, ...rest]);
  }

  #advance(count: number): number {
    const at = this.#position;
    this.#position = at + count;
    assert(this.#position <= this.#buffer.length, 'encoded more bytes than announced');
    return at;
  }

  #text(value: string, length: number): void {
    const at = this.#advance(length);
    // Equal lengths mean that every character is ASCII.
    if (length !== value.length || length > SHORT_STRING_CHARS) {
      this.#buffer.write(value, at, length, 'utf8');
      return;
    }
    const buffer = this.#buffer;
    for (let i = 0; i < length; i++) buffer[at + i] = value.charCodeAt(i);
  }

  #copy(value: Uint8Array): void {
    this.#buffer.set(value, this.#advance(value.length));
  }

  #recordSlices(value: RecordsField): void {
    if (value === null) return;
    if (value instanceof Uint8Array) {
      this.#recordSlice(value);
      return;
    }
    for (const slice of value) this.#recordSlice(slice);
  }

  #recordSlice(slice: Uint8Array): void {
    if (this.#outOfLineBytes === 0 || slice.length < OUT_OF_LINE_BYTES_MIN) {
      this.#copy(slice);
      return;
    }
    this.#closeChunk();
    this.#chunks.push(Buffer.isBuffer(slice) ? slice : Buffer.from(slice.buffer, slice.byteOffset, slice.length));
    this.#outOfLineWritten += slice.length;
  }

  #closeChunk(): void {
    if (this.#position === this.#chunkStart) return;
    this.#chunks.push(this.#buffer.subarray(this.#chunkStart, this.#position));
    this.#chunkStart = this.#position;
  }

  #dataView(): DataView {
    return (this.#view ??= new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length));
  }
}

function base64urlTable(): Int8Array {
  const table = new Int8Array(128).fill(-1);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let i = 0; i < alphabet.length; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
}

function digit(uuid: string, index: number): number {
  const value = BASE64URL[uuid.charCodeAt(index)] ?? -1;
  if (value < 0) throw badUuid(uuid);
  return value;
}

function badUuid(value: string): ProtocolError {
  return new ProtocolError(
    'MILLRACE_PROTOCOL_BAD_UUID',
    `uuid ${JSON.stringify(value.slice(0, 40))} is not 22 characters of url-safe base64`,
    { value: value.slice(0, 40) },
  );
}

function badTag(tag: number): ProtocolError {
  return new ProtocolError(
    'MILLRACE_PROTOCOL_BAD_TAG',
    `unknown tagged field ${tag} is out of order or has the number of a known field`,
    { tag },
  );
}

function stringTooLong(length: number): ProtocolError {
  return new ProtocolError(
    'MILLRACE_PROTOCOL_VALUE_OUT_OF_RANGE',
    `string of ${length} bytes exceeds the limit of ${STRING_BYTES_MAX}`,
    { length },
  );
}

function outOfRange(type: string, value: number | bigint): ProtocolError {
  return new ProtocolError('MILLRACE_PROTOCOL_VALUE_OUT_OF_RANGE', `${value} does not fit ${type}`, {
    type,
    value: String(value),
  });
}
