/**
 * One pass over the records of a batch that finds where everything lies.
 *
 * Owns: the positions array, {@link SCAN_STRIDE} integers a record, and every structural check of the record format.
 * Invariants: after a pass without fault each stored range lies inside the scanned bytes and each varint that the pass
 *   walked is whole, headers included, so that later reads through the positions need no checks and cannot fail.
 * Bounds: linear in the bytes; callers size the array by the record count only after `recordCountMax` allowed it.
 * Not here: what the values mean (offsets in order, timestamps in range): see `validate-batch.ts`.
 */

/** Positions kept for each record. */
export const SCAN_STRIDE = 6;
/** Where the record's body starts: its attributes byte, the timestamp delta right behind. */
export const SCAN_BODY = 0;
export const SCAN_OFFSET_DELTA = 1;
export const SCAN_KEY = 2;
/** −1 for null. */
export const SCAN_KEY_LENGTH = 3;
export const SCAN_VALUE = 4;
/** −1 for null. The headers' count follows the value. */
export const SCAN_VALUE_LENGTH = 5;

/** Length, attributes, timestamp delta, offset delta, key length, value length and header count take a byte each. */
const RECORD_SIZE_BYTES_MIN = 7;
const VARLONG_SIZE_BYTES_MAX = 10;
/** A position that lies in no buffer. */
const BEYOND = 0x3fff_ffff;
/** Apache Kafka 4.4 takes no more elements in any list of a request. Beyond, one record could hold its scanner for long. */
export const RECORD_HEADER_COUNT_MAX = 1_000_000;

/** A record that cannot be read. `index` is the count of records when bytes are left over after the last. */
export interface RecordFault {
  readonly index: number;
  readonly reason: string;
}

/** Most records that so many bytes can hold; a larger claim is refused before anything is allocated for it. */
export function recordCountMax(sizeBytes: number): number {
  return Math.floor(sizeBytes / RECORD_SIZE_BYTES_MIN);
}

/** Position after the varint that {@link nextVarint} read last; only meaningful until the next call. */
let cursor = 0;

/** Where {@link scanRun} stopped: the number of the next record, and where it starts. */
let runIndex = 0;
let runAt = 0;

/**
 * Scans exactly `count` records that must fill `buffer[start, end)`, and stores their positions.
 * Returns undefined when all is well.
 */
export function scanRecords(
  buffer: Buffer,
  start: number,
  end: number,
  count: number,
  positions: Int32Array,
): RecordFault | undefined {
  return scanRun(buffer, start, end, 0, count, end, positions) ?? leftOverFault(count, runAt, end);
}

/** The fault of a batch whose `count` records end at `at`, when that is before `end`. */
export function leftOverFault(count: number, at: number, end: number): RecordFault | undefined {
  return at === end ? undefined : { index: count, reason: `would start where ${end - at} bytes are left over` };
}

/** Number of the record at which the last {@link scanRun} stopped. */
export function scannedIndex(): number {
  return runIndex;
}

/** Position at which the last {@link scanRun} stopped. */
export function scannedEnd(): number {
  return runAt;
}

/**
 * Scans some of a batch's records: from number `first`, which starts at `start`, to before `limit`, but none that starts at or behind
 * `stopAt`, unless it is the first. None may reach beyond `end`. The position of record `first` is stored in the first slot.
 */
export function scanRun(
  buffer: Buffer,
  start: number,
  end: number,
  first: number,
  limit: number,
  stopAt: number,
  positions: Int32Array,
): RecordFault | undefined {
  let at = start;
  let slot = 0;
  let index = first;
  for (; index < limit; index++, slot += SCAN_STRIDE) {
    if (at >= stopAt && at < end && index > first) break;
    const size = nextVarint(buffer, at);
    const body = cursor;
    const recordEnd = body + size;
    if (size < 0 || recordEnd > end) return { index, reason: `claims ${size} bytes where ${end - body} are left` };

    const offsetDeltaAt = skipVarlong(buffer, body + 1);
    positions[slot + SCAN_BODY] = body;
    positions[slot + SCAN_OFFSET_DELTA] = nextVarint(buffer, offsetDeltaAt);

    const keyLength = nextVarint(buffer, cursor);
    positions[slot + SCAN_KEY] = cursor;
    positions[slot + SCAN_KEY_LENGTH] = keyLength;
    const keyEnd = keyLength > 0 ? cursor + keyLength : cursor;
    if (keyLength < -1 || keyEnd > recordEnd) return { index, reason: `has a key of ${keyLength} bytes` };

    const valueLength = nextVarint(buffer, keyEnd);
    positions[slot + SCAN_VALUE] = cursor;
    positions[slot + SCAN_VALUE_LENGTH] = valueLength;
    const valueEnd = valueLength > 0 ? cursor + valueLength : cursor;
    if (valueLength < -1 || valueEnd > recordEnd) return { index, reason: `has a value of ${valueLength} bytes` };

    // Nearly every record has no headers: a single zero byte that ends it.
    if (buffer[valueEnd] !== 0 || valueEnd + 1 !== recordEnd) {
      const reason = headersFault(buffer, valueEnd, recordEnd);
      if (reason !== undefined) return { index, reason };
    }
    at = recordEnd;
  }
  runIndex = index;
  runAt = at;
  return undefined;
}

function headersFault(buffer: Buffer, position: number, recordEnd: number): string | undefined {
  const count = nextVarint(buffer, position);
  if (count < 0 || cursor > recordEnd) return `has ${count} headers`;
  if (count > RECORD_HEADER_COUNT_MAX) return `has ${count} headers; at most ${RECORD_HEADER_COUNT_MAX} are taken`;
  // A count that lies ends with the bytes of the record: each header takes two or more.
  for (let index = 0; index < count; index++) {
    const keyLength = nextVarint(buffer, cursor);
    if (keyLength < 0 || cursor + keyLength > recordEnd) return `has header ${index} with a name of ${keyLength} bytes`;
    const valueLength = nextVarint(buffer, cursor + keyLength);
    if (valueLength < -1) return `has header ${index} with a value of ${valueLength} bytes`;
    if (valueLength > 0) cursor += valueLength;
    if (cursor > recordEnd) return `has header ${index} with a value of ${valueLength} bytes`;
  }
  return cursor === recordEnd ? undefined : `has ${recordEnd - cursor} bytes after its headers`;
}

/**
 * Reads an int32 varint and moves {@link cursor} behind it. Past the end of the buffer, where elements are undefined, it reads
 * zeros, and a varint that does not end within 5 bytes ends at {@link BEYOND}: both leave a cursor that the callers' range checks refuse.
 */
export function nextVarint(buffer: Buffer, position: number): number {
  let byte = buffer[position]!;
  if (byte < 0x80) {
    cursor = position + 1;
    return (byte >>> 1) ^ -(byte & 1);
  }
  let folded = byte & 0x7f;
  let at = position + 1;
  for (let shift = 7; shift < 35; shift += 7) {
    byte = buffer[at++]!;
    folded |= (byte & 0x7f) << shift;
    if (!(byte >= 0x80)) {
      cursor = at;
      return (folded >>> 1) ^ -(folded & 1);
    }
  }
  cursor = BEYOND;
  return 0;
}

/** Where the varint that {@link nextVarint} read last ends. */
export function varintEnd(): number {
  return cursor;
}

function skipVarlong(buffer: Buffer, position: number): number {
  const limit = position + VARLONG_SIZE_BYTES_MAX;
  for (let at = position; at < limit; at++) {
    if (!(buffer[at]! >= 0x80)) return at + 1;
  }
  return BEYOND;
}
