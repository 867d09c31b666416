/** Sizes in bytes of primitive values as a Writer writes them; generated `size` functions add these up. */
import type { RecordsField, TaggedField } from './codec.ts';

/** Default of `bytes` fields. */
export const EMPTY_BYTES: Buffer = Buffer.alloc(0);

/** Record slices of at least this size are sent as they are; smaller ones are copied, which is cheaper than a buffer. */
export const OUT_OF_LINE_BYTES_MIN = 8 * 1024;

/** Strings up to this length are counted in a loop: a call into the runtime costs more. */
const SHORT_STRING_CHARS = 48;

export function utf8Length(text: string): number {
  const length = text.length;
  if (length > SHORT_STRING_CHARS) return Buffer.byteLength(text, 'utf8');
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) >= 0x80) return Buffer.byteLength(text, 'utf8');
  }
  return length;
}

export function sizeOfUvarint(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

export function sizeOfString(value: string): number {
  return 2 + utf8Length(value);
}

export function sizeOfNullableString(value: string | null): number {
  return value === null ? 2 : 2 + utf8Length(value);
}

export function sizeOfCompactString(value: string): number {
  const length = utf8Length(value);
  return sizeOfUvarint(length + 1) + length;
}

export function sizeOfCompactNullableString(value: string | null): number {
  return value === null ? 1 : sizeOfCompactString(value);
}

export function sizeOfBytes(value: Uint8Array): number {
  return 4 + value.length;
}

export function sizeOfNullableBytes(value: Uint8Array | null): number {
  return value === null ? 4 : 4 + value.length;
}

export function sizeOfCompactBytes(value: Uint8Array): number {
  return sizeOfUvarint(value.length + 1) + value.length;
}

export function sizeOfCompactNullableBytes(value: Uint8Array | null): number {
  return value === null ? 1 : sizeOfCompactBytes(value);
}

/** Length of all slices of a records field together. */
export function recordsLength(value: RecordsField): number {
  if (value === null) return 0;
  if (value instanceof Uint8Array) return value.length;
  let length = 0;
  for (const slice of value) length += slice.length;
  return length;
}

export function sizeOfRecords(value: RecordsField): number {
  return 4 + recordsLength(value);
}

export function sizeOfCompactRecords(value: RecordsField): number {
  if (value === null) return 1;
  const length = recordsLength(value);
  return sizeOfUvarint(length + 1) + length;
}

/** Bytes of a records field that a Writer hands on without copying. */
export function outOfLineBytes(value: RecordsField): number {
  if (value === null) return 0;
  if (value instanceof Uint8Array) return value.length >= OUT_OF_LINE_BYTES_MIN ? value.length : 0;
  let length = 0;
  for (const slice of value) {
    if (slice.length >= OUT_OF_LINE_BYTES_MIN) length += slice.length;
  }
  return length;
}

/** Size of the tags, sizes and data of unknown tagged fields, without the count in front. */
export function sizeOfRawTags(fields: readonly TaggedField[] | undefined): number {
  if (fields === undefined) return 0;
  let size = 0;
  for (const { tag, data } of fields) size += sizeOfUvarint(tag) + sizeOfUvarint(data.length) + data.length;
  return size;
}

/** Size of a tag section that holds unknown fields only. */
export function sizeOfTaggedFields(fields: readonly TaggedField[] | undefined): number {
  return fields === undefined ? 1 : sizeOfUvarint(fields.length) + sizeOfRawTags(fields);
}
