/**
 * The sidecar of a closed segment that holds markers of aborted transactions: those transactions, so that they need no memory.
 *
 * A CRC tells whether it is whole, and it must belong to a segment of exactly that size and have as many entries as the checkpoint says.
 */
import { crc32c } from '@millrace/compression';
import { AbortedTransactions } from '@millrace/log/internal';

/** "MRT1" */
const MAGIC = 0x3154524d;
const HEADER_BYTES = 24;
const CRC_AT = 4;
const CRC_START = 8;
const COUNT_AT = 8;
const SEGMENT_BYTES_AT = 16;
const ENTRY_BYTES = 24;

export function encodeAbortedFile(list: AbortedTransactions, segmentBytes: number): Buffer {
  const content = Buffer.alloc(HEADER_BYTES + list.count * ENTRY_BYTES);
  content.writeUInt32LE(MAGIC, 0);
  content.writeUInt32LE(list.count, COUNT_AT);
  content.writeDoubleLE(segmentBytes, SEGMENT_BYTES_AT);
  let at = HEADER_BYTES;
  for (const { markerOffset, firstOffset, producerId } of list.entries()) {
    at = content.writeDoubleLE(markerOffset, at);
    at = content.writeDoubleLE(firstOffset, at);
    at = content.writeDoubleLE(producerId, at);
  }
  content.writeUInt32LE(crc32c(content, CRC_START), CRC_AT);
  return content;
}

/** Undefined when the bytes are not what was stored for a segment of that size with so many aborted transactions. */
export function decodeAbortedFile(
  content: Buffer,
  segmentBytes: number,
  count: number,
): AbortedTransactions | undefined {
  if (content.length !== HEADER_BYTES + count * ENTRY_BYTES || content.readUInt32LE(0) !== MAGIC) return undefined;
  if (crc32c(content, CRC_START) !== content.readUInt32LE(CRC_AT)) return undefined;
  if (content.readUInt32LE(COUNT_AT) !== count || content.readDoubleLE(SEGMENT_BYTES_AT) !== segmentBytes) {
    return undefined;
  }
  const list = new AbortedTransactions();
  for (let at = HEADER_BYTES; at < content.length; at += ENTRY_BYTES) {
    list.add(content.readDoubleLE(at), content.readDoubleLE(at + 8), content.readDoubleLE(at + 16));
  }
  return list;
}
