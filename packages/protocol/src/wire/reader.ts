/**
 * Reader: takes the protocol's primitive types out of one buffer, front to back.
 *
 * Owns: the position. The buffer belongs to the caller; record fields are slices of it, everything else is copied, so
 *   that a small string kept for long does not keep a whole frame alive.
 * Invariants: no byte outside [start, end) is looked at; a failure is a ProtocolError and leaves nothing allocated.
 * Bounds: arrays hold at most ARRAY_ELEMENTS_MAX elements and never more than the remaining bytes can hold; a tag section
 *   holds at most TAGS_MAX fields; all arrays and tag sections of one reader together hold at most TOTAL_ELEMENTS_MAX, of
 *   which UNKNOWN_TAGS_MAX tagged fields may be unknown (each of those is an object and a copy).
 * Not here: which fields follow each other (see ../generated/).
 */
import { ZERO_UUID } from '@millrace/base';

import type { TaggedField } from './codec.ts';
import { ProtocolError } from './protocol-error.ts';

export const ARRAY_ELEMENTS_MAX = 1_000_000;
export const TOTAL_ELEMENTS_MAX = 2_000_000;
export const TAGS_MAX = 10_000;
export const UNKNOWN_TAGS_MAX = 10_000;
/** Kafka's own limit on strings, also where the length field could say more. */
export const STRING_BYTES_MAX = 0x7fff;

/** Strings up to this length are read byte by byte: a call into the runtime costs more than the loop. */
const SHORT_STRING_BYTES = 24;

export class Reader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #view: DataView | undefined;
  #position: number;
  #elements = 0;
  #unknownTags = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#position = start;
    this.#end = Math.min(end, bytes.length);
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  int8(): number {
    const at = this.#take(1);
    return ((this.#buffer[at] as number) << 24) >> 24;
  }

  boolean(): boolean {
    return this.#buffer[this.#take(1)] !== 0;
  }

  int16(): number {
    const buffer = this.#buffer;
    const at = this.#take(2);
    return (((buffer[at] as number) << 24) >> 16) | (buffer[at + 1] as number);
  }

  uint16(): number {
    const buffer = this.#buffer;
    const at = this.#take(2);
    return ((buffer[at] as number) << 8) | (buffer[at + 1] as number);
  }

  int32(): number {
    const buffer = this.#buffer;
    const at = this.#take(4);
    return (
      ((buffer[at] as number) << 24) |
      ((buffer[at + 1] as number) << 16) |
      ((buffer[at + 2] as number) << 8) |
      (buffer[at + 3] as number)
    );
  }

  int64(): bigint {
    const at = this.#take(8);
    return this.#dataView().getBigInt64(at);
  }

  float64(): number {
    const at = this.#take(8);
    return this.#dataView().getFloat64(at);
  }

  /** An unsigned 32-bit integer in one to five bytes. */
  uvarint(): number {
    const buffer = this.#buffer;
    const end = this.#end;
    let at = this.#position;
    if (at >= end) throw truncated(at, 1, 0);
    let byte = buffer[at++] as number;
    if (byte < 0x80) {
      this.#position = at;
      return byte;
    }
    let value = byte & 0x7f;
    for (let shift = 7; shift <= 28; shift += 7) {
      if (at >= end) throw truncated(at, 1, 0);
      byte = buffer[at++] as number;
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) break;
        this.#position = at;
        return (value | (byte << shift)) >>> 0;
      }
      value |= (byte & 0x7f) << shift;
    }
    throw new ProtocolError('MILLRACE_PROTOCOL_BAD_VARINT', `varint at byte ${this.#position} exceeds 32 bits`, {
      position: this.#position,
    });
  }

  /** A UUID in Kafka's text form: 22 characters of url-safe base64. */
  uuid(): string {
    const buffer = this.#buffer;
    const at = this.#take(16);
    for (let i = at; i < at + 16; i++) {
      if (buffer[i] !== 0) return buffer.toString('base64url', at, at + 16);
    }
    return ZERO_UUID;
  }

  string(): string {
    const length = this.int16();
    if (length < 0) throw unexpectedNull('string', this.#position - 2);
    return this.#text(length);
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length >= 0) return this.#text(length);
    if (length === -1) return null;
    throw badLength('string', length, this.#position - 2);
  }

  compactString(): string {
    const length = this.uvarint() - 1;
    if (length < 0) throw unexpectedNull('string', this.#position - 1);
    if (length > STRING_BYTES_MAX) throw badLength('string', length, this.#position);
    return this.#text(length);
  }

  compactNullableString(): string | null {
    const length = this.uvarint() - 1;
    if (length < 0) return null;
    if (length > STRING_BYTES_MAX) throw badLength('string', length, this.#position);
    return this.#text(length);
  }

  bytes(): Buffer {
    return Buffer.from(this.#slice(this.#length('bytes')));
  }

  nullableBytes(): Buffer | null {
    const length = this.#nullableLength('bytes');
    return length < 0 ? null : Buffer.from(this.#slice(length));
  }

  compactBytes(): Buffer {
    const length = this.uvarint() - 1;
    if (length < 0) throw unexpectedNull('bytes', this.#position - 1);
    return Buffer.from(this.#slice(length));
  }

  compactNullableBytes(): Buffer | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : Buffer.from(this.#slice(length));
  }

  /** Record batches, as a slice that shares memory with the frame. */
  records(): Buffer | null {
    const length = this.#nullableLength('records');
    return length < 0 ? null : this.#slice(length);
  }

  /** Record batches, as a slice that shares memory with the frame. */
  compactRecords(): Buffer | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.#slice(length);
  }

  /** Count of an array whose elements take at least `elementSizeMin` bytes each. */
  arrayLength(elementSizeMin: number): number {
    const count = this.int32();
    if (count < 0) throw unexpectedNull('array', this.#position - 4);
    return this.#checkCount(count, elementSizeMin);
  }

  /** As `arrayLength`, -1 for null. */
  nullableArrayLength(elementSizeMin: number): number {
    const count = this.int32();
    if (count >= 0) return this.#checkCount(count, elementSizeMin);
    if (count === -1) return -1;
    throw badLength('array', count, this.#position - 4);
  }

  compactArrayLength(elementSizeMin: number): number {
    const count = this.uvarint() - 1;
    if (count < 0) throw unexpectedNull('array', this.#position - 1);
    return this.#checkCount(count, elementSizeMin);
  }

  /** As `compactArrayLength`, -1 for null. */
  compactNullableArrayLength(elementSizeMin: number): number {
    const count = this.uvarint() - 1;
    return count < 0 ? -1 : this.#checkCount(count, elementSizeMin);
  }

  /** The byte in front of a nullable struct: true when the struct follows. */
  structPresent(): boolean {
    return this.int8() >= 0;
  }

  /** Reads a whole tag section of which no tag is known. Undefined when it is empty. */
  taggedFields(): TaggedField[] | undefined {
    const count = this.tagCount();
    if (count === 0) return undefined;
    const fields: TaggedField[] = [];
    let tag = -1;
    for (let i = 0; i < count; i++) {
      tag = this.tag(tag);
      fields.push(this.unknownTaggedField(tag, this.taggedFieldEnd()));
    }
    return fields;
  }

  tagCount(): number {
    const count = this.uvarint();
    if (count === 0) return 0;
    this.#elements += count;
    if (count > TAGS_MAX || count * 2 > this.remaining || this.#elements > TOTAL_ELEMENTS_MAX) {
      throw new ProtocolError(
        'MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS',
        `tag section claims ${count} fields; ${this.remaining} bytes remain and ${TAGS_MAX} fields are the limit`,
        { count, remaining: this.remaining, position: this.#position },
      );
    }
    return count;
  }

  /** The next tag number; tags rise within a section. */
  tag(previous: number): number {
    const tag = this.uvarint();
    if (tag <= previous) {
      throw new ProtocolError('MILLRACE_PROTOCOL_BAD_TAG', `tag ${tag} follows tag ${previous}; tags must rise`, {
        tag,
        previous,
        position: this.#position,
      });
    }
    return tag;
  }

  /** Reads the size of a tagged field and returns the position behind its data. */
  taggedFieldEnd(): number {
    const size = this.uvarint();
    if (size > this.remaining) throw truncated(this.#position, size, this.remaining);
    return this.#position + size;
  }

  unknownTaggedField(tag: number, end: number): TaggedField {
    if (++this.#unknownTags > UNKNOWN_TAGS_MAX) {
      throw new ProtocolError(
        'MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS',
        `message holds more than ${UNKNOWN_TAGS_MAX} unknown tagged fields`,
        { position: this.#position },
      );
    }
    return { tag, data: Buffer.from(this.#slice(end - this.#position)) };
  }

  /** Refuses a tagged field that was shorter or longer than its size said. */
  expectPosition(end: number): void {
    if (this.#position !== end) {
      throw new ProtocolError(
        'MILLRACE_PROTOCOL_BAD_LENGTH',
        `tagged field should end at byte ${end} but its content ends at ${this.#position}`,
        { expected: end, position: this.#position },
      );
    }
  }

  /** Goes back over bytes that were read before. */
  rewind(count: number): void {
    if (count < 0 || count > this.#position) throw badLength('rewind', count, this.#position);
    this.#position -= count;
  }

  /** The next `length` bytes, sharing memory with the buffer. */
  slice(length: number): Buffer {
    if (length < 0) throw badLength('slice', length, this.#position);
    return this.#slice(length);
  }

  #take(count: number): number {
    const at = this.#position;
    const next = at + count;
    if (next > this.#end) throw truncated(at, count, this.#end - at);
    this.#position = next;
    return at;
  }

  #slice(length: number): Buffer {
    const at = this.#take(length);
    return this.#buffer.subarray(at, at + length);
  }

  #text(length: number): string {
    const at = this.#take(length);
    const end = at + length;
    if (length > SHORT_STRING_BYTES) return this.#buffer.toString('utf8', at, end);
    const buffer = this.#buffer;
    let text = '';
    for (let i = at; i < end; i++) {
      const byte = buffer[i] as number;
      if (byte >= 0x80) return buffer.toString('utf8', at, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #length(what: string): number {
    const length = this.int32();
    if (length < 0) throw unexpectedNull(what, this.#position - 4);
    return length;
  }

  #nullableLength(what: string): number {
    const length = this.int32();
    if (length < -1) throw badLength(what, length, this.#position - 4);
    return length;
  }

  #checkCount(count: number, elementSizeMin: number): number {
    this.#elements += count;
    if (
      count * elementSizeMin > this.#end - this.#position ||
      count > ARRAY_ELEMENTS_MAX ||
      this.#elements > TOTAL_ELEMENTS_MAX
    ) {
      throw new ProtocolError(
        'MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS',
        `array at byte ${this.#position} claims ${count} elements; ${this.remaining} bytes remain, an element takes at ` +
          `least ${elementSizeMin}, and ${ARRAY_ELEMENTS_MAX} elements an array (${TOTAL_ELEMENTS_MAX} a message) are the limit`,
        { count, remaining: this.remaining, position: this.#position },
      );
    }
    return count;
  }

  #dataView(): DataView {
    return (this.#view ??= new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length));
  }
}

function truncated(position: number, needed: number, remaining: number): ProtocolError {
  return new ProtocolError(
    'MILLRACE_PROTOCOL_TRUNCATED',
    `input ends early: ${needed} bytes needed at byte ${position}, ${remaining} remain`,
    { position, needed, remaining },
  );
}

function badLength(what: string, length: number, position: number): ProtocolError {
  return new ProtocolError('MILLRACE_PROTOCOL_BAD_LENGTH', `${what} at byte ${position} has length ${length}`, {
    length,
    position,
  });
}

function unexpectedNull(what: string, position: number): ProtocolError {
  return new ProtocolError('MILLRACE_PROTOCOL_NULL_FIELD', `${what} at byte ${position} is null but may not be`, {
    position,
  });
}
