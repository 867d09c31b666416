/**
 * The journal's bytes: groups of entries (docs/internals/log-format.md has the tables).
 *
 * Invariants: a group starts on a {@link GROUP_ALIGNMENT_BYTES} boundary and its CRC covers all of it, so a torn write is never taken
 *   for a group; the journal id keeps groups of other directories, and anything a client may put into a record, from being taken for ours.
 * Not here: which group may follow which (`journal-reader.ts`).
 */
import { crc32c } from '@millrace/compression';
import { PARTITION_KEY_BYTES } from './partition-state.ts';

export const GROUP_ALIGNMENT_BYTES = 4096;
export const GROUP_HEADER_BYTES = 40;
export const ENTRY_HEADER_BYTES = 36;
export const JOURNAL_ID_BYTES = 8;
/** "MRJ1" */
const GROUP_MAGIC = 0x314a524d;

const CRC_AT = 4;
const CRC_START = 8;
const LENGTH_AT = 8;
const ENTRY_COUNT_AT = 12;
const JOURNAL_ID_AT = 16;
const LSN_AT = 24;
const TIME_AT = 32;

const ENTRY_KIND_AT = 0;
const ENTRY_FLAGS_AT = 1;
const ENTRY_LENGTH_AT = 4;
const ENTRY_KEY_AT = 8;
const ENTRY_OFFSET_AT = 28;

export const EntryKind = {
  /** Payload: a record batch as it is on the wire, stamped. Offset: its base offset. */
  batch: 1,
  /** Payload: the partition's whole state, which replaces what was before. */
  state: 2,
  /** Offset: where the log starts. */
  logStart: 3,
  /** The partition is gone. */
  deleted: 4,
  /** A process began to write. */
  session: 5,
  /** Payload: segments that take the place of those with the same ranges (`swap-codec.ts`). */
  swapped: 6,
} as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

/** On a batch: it begins a new segment. On a log start: nothing is left, so the active segment goes too. */
export const ENTRY_FLAG_NEW_SEGMENT = 1;

/** A stretch of a slab that belongs to a group. */
export interface GroupRegion {
  readonly buffer: Buffer;
  readonly start: number;
  end: number;
}

/** Writes the header into the first {@link GROUP_HEADER_BYTES} of the first region, and the CRC over all regions. */
export function sealGroup(
  regions: readonly GroupRegion[],
  sizeBytes: number,
  entryCount: number,
  journalId: Buffer,
  lsn: number,
  timeMs: number,
): void {
  const first = regions[0]!;
  const { buffer, start } = first;
  buffer.writeUInt32LE(GROUP_MAGIC, start);
  buffer.writeUInt32LE(sizeBytes, start + LENGTH_AT);
  buffer.writeUInt32LE(entryCount, start + ENTRY_COUNT_AT);
  journalId.copy(buffer, start + JOURNAL_ID_AT);
  buffer.writeDoubleLE(lsn, start + LSN_AT);
  buffer.writeDoubleLE(timeMs, start + TIME_AT);
  let crc = crc32c(buffer, start + CRC_START, first.end);
  for (let index = 1; index < regions.length; index++) {
    const region = regions[index]!;
    crc = crc32c(region.buffer, region.start, region.end, crc);
  }
  buffer.writeUInt32LE(crc, start + CRC_AT);
}

export function writeEntryHeader(
  buffer: Buffer,
  position: number,
  kind: EntryKind,
  flags: number,
  key: Buffer,
  offset: number,
  payloadBytes: number,
): void {
  buffer[position + ENTRY_KIND_AT] = kind;
  buffer[position + ENTRY_FLAGS_AT] = flags;
  buffer.writeUInt16LE(0, position + 2);
  buffer.writeUInt32LE(payloadBytes, position + ENTRY_LENGTH_AT);
  buffer.set(key, position + ENTRY_KEY_AT);
  buffer.writeDoubleLE(offset, position + ENTRY_OFFSET_AT);
}

/** What stands at a place where a group may start. */
export type GroupProbe =
  | { readonly kind: 'none' }
  /** A header of ours, but its bytes go on behind what was read; its CRC is unchecked. */
  | { readonly kind: 'cut'; readonly sizeBytes: number; readonly lsn: number }
  /** A header of ours over bytes that do not match its CRC. */
  | { readonly kind: 'bad'; readonly lsn: number }
  | { readonly kind: 'group'; readonly sizeBytes: number; readonly lsn: number; readonly timeMs: number };

const NONE: GroupProbe = { kind: 'none' };

/** Number that a group header of this journal at `position` claims, without looking at the rest; undefined when there is none. */
export function peekLsn(buffer: Buffer, position: number, end: number, journalId: Buffer): number | undefined {
  if (end - position < GROUP_HEADER_BYTES || buffer.readUInt32LE(position) !== GROUP_MAGIC) return undefined;
  const idAt = position + JOURNAL_ID_AT;
  if (journalId.compare(buffer, idAt, idAt + JOURNAL_ID_BYTES) !== 0) return undefined;
  const lsn = buffer.readDoubleLE(position + LSN_AT);
  return Number.isSafeInteger(lsn) ? lsn : undefined;
}

/** Looks for a group of this journal at `position` in `buffer[0, end)`. */
export function probeGroup(buffer: Buffer, position: number, end: number, journalId: Buffer): GroupProbe {
  const lsn = peekLsn(buffer, position, end, journalId);
  if (lsn === undefined) return NONE;
  const sizeBytes = buffer.readUInt32LE(position + LENGTH_AT);
  if (sizeBytes < GROUP_HEADER_BYTES) return NONE;
  if (position + sizeBytes > end) return { kind: 'cut', sizeBytes, lsn };
  const crc = crc32c(buffer, position + CRC_START, position + sizeBytes);
  if (crc !== buffer.readUInt32LE(position + CRC_AT)) return { kind: 'bad', lsn };
  return { kind: 'group', sizeBytes, lsn, timeMs: buffer.readDoubleLE(position + TIME_AT) };
}

export interface JournalEntry {
  readonly kind: EntryKind;
  readonly flags: number;
  readonly key: Buffer;
  readonly offset: number;
  /** Where the payload lies in the group's buffer. */
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/** Entries of a group whose CRC was right. */
export function* groupEntries(buffer: Buffer, position: number): Generator<JournalEntry, void, undefined> {
  const end = position + buffer.readUInt32LE(position + LENGTH_AT);
  let at = position + GROUP_HEADER_BYTES;
  for (let left = buffer.readUInt32LE(position + ENTRY_COUNT_AT); left > 0; left--) {
    const payloadStart = at + ENTRY_HEADER_BYTES;
    const payloadEnd = payloadStart + buffer.readUInt32LE(at + ENTRY_LENGTH_AT);
    if (payloadEnd > end) throw new RangeError(`a journal entry at byte ${at} passes the end of its group`);
    yield {
      kind: buffer[at + ENTRY_KIND_AT] as EntryKind,
      flags: buffer[at + ENTRY_FLAGS_AT] ?? 0,
      key: buffer.subarray(at + ENTRY_KEY_AT, at + ENTRY_KEY_AT + PARTITION_KEY_BYTES),
      offset: buffer.readDoubleLE(at + ENTRY_OFFSET_AT),
      payloadStart,
      payloadEnd,
    };
    at = payloadEnd;
  }
}

/** Room that a group of that size takes in a file. */
export function alignedBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / GROUP_ALIGNMENT_BYTES) * GROUP_ALIGNMENT_BYTES;
}
