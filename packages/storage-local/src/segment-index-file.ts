/**
 * The sidecar of a segment: its sparse index, so that a restart need not read the segment for it.
 *
 * Never trusted and never synced: a CRC tells whether it is whole. A sealed segment must have exactly the size that it was made for; the
 * active one may have grown since, and the rest, or all where there is no sidecar, is made again from the batch headers.
 */
import { crc32c } from '@millrace/compression';
import { SparseIndex } from '@millrace/log/internal';

/** "MRX1" */
const MAGIC = 0x3158524d;
const HEADER_BYTES = 32;
const CRC_AT = 4;
const CRC_START = 8;
const COUNT_AT = 8;
const SEGMENT_BYTES_AT = 16;
const MAX_TIMESTAMP_AT = 24;
const NUMBER_BYTES = 8;
const ENTRY_BYTES = 3 * NUMBER_BYTES;

export function encodeIndexFile(index: SparseIndex, segmentBytes: number): Buffer {
  const numbers = index.entries();
  const content = Buffer.alloc(HEADER_BYTES + numbers.length * NUMBER_BYTES);
  content.writeUInt32LE(MAGIC, 0);
  content.writeUInt32LE(numbers.length, COUNT_AT);
  content.writeDoubleLE(segmentBytes, SEGMENT_BYTES_AT);
  content.writeDoubleLE(index.maxTimestampMs, MAX_TIMESTAMP_AT);
  numbers.forEach((value, at) => content.writeDoubleLE(value, HEADER_BYTES + at * NUMBER_BYTES));
  content.writeUInt32LE(crc32c(content, CRC_START), CRC_AT);
  return content;
}

export interface StoredIndex {
  readonly index: SparseIndex;
  /** Bytes of the segment that it covers, up to the end of a batch. */
  readonly coveredBytes: number;
}

/** Undefined when the bytes are not a whole index of at most the first `segmentBytes` of a segment. */
export function decodeIndexFile(content: Buffer, segmentBytes: number): StoredIndex | undefined {
  if (frameFault(content, segmentBytes) !== undefined) return undefined;
  const count = content.readUInt32LE(COUNT_AT);
  const numbers = new Float64Array(count);
  for (let at = 0; at < count; at++) numbers[at] = content.readDoubleLE(HEADER_BYTES + at * NUMBER_BYTES);
  const index = new SparseIndex(numbers, content.readDoubleLE(MAX_TIMESTAMP_AT));
  return { index, coveredBytes: content.readDoubleLE(SEGMENT_BYTES_AT) };
}

export interface IndexFault {
  readonly position: number;
  readonly reason: string;
}

/** What is wrong with an index of a segment whose batches begin at these positions, with their offsets. */
export function indexFaults(
  content: Buffer,
  segmentBytes: number,
  offsets: ReadonlyMap<number, number>,
): readonly IndexFault[] {
  const fault = frameFault(content, segmentBytes);
  if (fault !== undefined) return [fault];
  const faults: IndexFault[] = [];
  for (let at = HEADER_BYTES; at < content.length; at += ENTRY_BYTES) {
    const offset = content.readDoubleLE(at);
    const position = content.readDoubleLE(at + NUMBER_BYTES);
    if (offsets.get(position) === offset) continue;
    faults.push({
      position: at,
      reason: `an entry puts offset ${offset} at byte ${position}, where no such batch begins`,
    });
  }
  return faults;
}

function frameFault(content: Buffer, segmentBytes: number): IndexFault | undefined {
  if (content.length < HEADER_BYTES) return { position: content.length, reason: 'the header is not whole' };
  if (content.readUInt32LE(0) !== MAGIC) return { position: 0, reason: 'it does not begin like an index' };
  const count = content.readUInt32LE(COUNT_AT);
  if (content.length !== HEADER_BYTES + count * NUMBER_BYTES) {
    return { position: COUNT_AT, reason: `${count} numbers do not make ${content.length} bytes` };
  }
  if (crc32c(content, CRC_START) !== content.readUInt32LE(CRC_AT)) {
    return { position: CRC_AT, reason: 'its CRC does not match its bytes' };
  }
  const coveredBytes = content.readDoubleLE(SEGMENT_BYTES_AT);
  if (coveredBytes <= segmentBytes) return undefined;
  return { position: SEGMENT_BYTES_AT, reason: `it is for ${coveredBytes} bytes, the segment has ${segmentBytes}` };
}
