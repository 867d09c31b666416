/**
 * The 61-byte header of a record batch (format v2): where each field lies, and reading and stamping it in place.
 *
 * Owns: field positions and attribute bits; every accessor takes (buffer, position of the batch) and allocates nothing.
 * Invariants: callers have made sure that a whole header is there (see `batch-iteration.ts` and `validate-batch.ts`).
 *   Base offset, length, leader epoch and magic lie before the CRC's range, so a broker stamps the first and third freely.
 * Not here: judging a batch (`validate-batch.ts`), reading its records (`record-batch-reader.ts`).
 */
import { CODEC_NUMBERS, codecOfNumber, crc32c, type CompressionCodec } from '@millrace/compression';

/** Bytes from the start of a batch to its first record. */
export const BATCH_HEADER_SIZE_BYTES = 61;
/** Bytes before the part that the length field counts: base offset and length itself. */
export const BATCH_PREFIX_SIZE_BYTES = 12;
/** First byte that the CRC covers (the attributes). */
export const BATCH_CRC_START = 21;
export const BATCH_MAGIC = 2;
/** Timestamp of "none". */
export const NO_TIMESTAMP = -1;
export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;

export const CODEC_MASK = 0x07;
export const LOG_APPEND_TIME_FLAG = 0x08;
export const TRANSACTIONAL_FLAG = 0x10;
export const CONTROL_FLAG = 0x20;
export const DELETE_HORIZON_FLAG = 0x40;

const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;
const RECORD_COUNT_AT = 57;

const TWO_TO_32 = 4_294_967_296;

export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** Offset of the first record. Exact up to 2^53; {@link batchBaseOffsetBigInt} has all 64 bits. */
export function batchBaseOffset(buffer: Buffer, position: number): number {
  return readInt64(buffer, position);
}

export function batchBaseOffsetBigInt(buffer: Buffer, position: number): bigint {
  return buffer.readBigInt64BE(position);
}

/** Bytes of the whole batch, header included. Only as trustworthy as the bytes: it may be negative or beyond the buffer. */
export function batchSizeInBytes(buffer: Buffer, position: number): number {
  return BATCH_PREFIX_SIZE_BYTES + buffer.readInt32BE(position + LENGTH_AT);
}

export function batchPartitionLeaderEpoch(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + LEADER_EPOCH_AT);
}

export function batchMagic(buffer: Buffer, position: number): number {
  return buffer.readInt8(position + MAGIC_AT);
}

/** The CRC-32C that the batch claims, unsigned. */
export function batchCrc(buffer: Buffer, position: number): number {
  return buffer.readUInt32BE(position + CRC_AT);
}

export function batchAttributes(buffer: Buffer, position: number): number {
  return buffer.readInt16BE(position + ATTRIBUTES_AT);
}

export function batchLastOffsetDelta(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + LAST_OFFSET_DELTA_AT);
}

/** Offset of the last record; after compaction it may belong to a record that is gone. */
export function batchLastOffset(buffer: Buffer, position: number): number {
  return readInt64(buffer, position) + buffer.readInt32BE(position + LAST_OFFSET_DELTA_AT);
}

/** Timestamp that the records' deltas count from, in milliseconds; the delete horizon when that attribute bit is set. */
export function batchBaseTimestamp(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + BASE_TIMESTAMP_AT);
}

export function batchMaxTimestamp(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + MAX_TIMESTAMP_AT);
}

/** −1 when the producer is not idempotent. Exact up to 2^53; {@link batchProducerIdBigInt} has all 64 bits. */
export function batchProducerId(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + PRODUCER_ID_AT);
}

export function batchProducerIdBigInt(buffer: Buffer, position: number): bigint {
  return buffer.readBigInt64BE(position + PRODUCER_ID_AT);
}

export function batchProducerEpoch(buffer: Buffer, position: number): number {
  return buffer.readInt16BE(position + PRODUCER_EPOCH_AT);
}

export function batchBaseSequence(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + BASE_SEQUENCE_AT);
}

/** Sequence of the last record; sequences wrap from 2^31−1 to 0. */
export function batchLastSequence(buffer: Buffer, position: number): number {
  const base = batchBaseSequence(buffer, position);
  if (base < 0) return NO_SEQUENCE;
  return (base + batchLastOffsetDelta(buffer, position)) % 2_147_483_648;
}

export function batchRecordCount(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + RECORD_COUNT_AT);
}

/** The codec in the attributes; undefined for the numbers 5 to 7, which name none. */
export function codecOf(attributes: number): CompressionCodec | undefined {
  return codecOfNumber(attributes & CODEC_MASK);
}

export function timestampTypeOf(attributes: number): TimestampType {
  return (attributes & LOG_APPEND_TIME_FLAG) === 0 ? 'CreateTime' : 'LogAppendTime';
}

export function isTransactional(attributes: number): boolean {
  return (attributes & TRANSACTIONAL_FLAG) !== 0;
}

/** Whether the batch holds a control record (a transaction marker) instead of data. */
export function isControl(attributes: number): boolean {
  return (attributes & CONTROL_FLAG) !== 0;
}

/** Whether the base timestamp holds the time from which the cleaner may drop the batch's tombstones or marker. */
export function hasDeleteHorizon(attributes: number): boolean {
  return (attributes & DELETE_HORIZON_FLAG) !== 0;
}

/** Gives the batch its place in the log. Touches nothing that the CRC covers. */
export function stampBatch(buffer: Buffer, position: number, baseOffset: number, leaderEpoch: number): void {
  writeInt64(buffer, position, baseOffset);
  buffer.writeInt32BE(leaderEpoch, position + LEADER_EPOCH_AT);
}

/** Overrides the records' timestamps by the time of append: sets the attribute bit and the max timestamp, and redoes the CRC. */
export function stampLogAppendTime(buffer: Buffer, position: number, timestampMs: number): void {
  const attributes = batchAttributes(buffer, position) | LOG_APPEND_TIME_FLAG;
  buffer.writeInt16BE(attributes, position + ATTRIBUTES_AT);
  stampMaxTimestamp(buffer, position, timestampMs);
}

/** Corrects the max timestamp, which some producers leave unset or wrong, and redoes the CRC. */
export function stampMaxTimestamp(buffer: Buffer, position: number, timestampMs: number): void {
  writeInt64(buffer, position + MAX_TIMESTAMP_AT, timestampMs);
  stampCrc(buffer, position);
}

/** Writes the CRC that belongs to the batch's bytes. */
export function stampCrc(buffer: Buffer, position: number): void {
  buffer.writeUInt32BE(computeBatchCrc(buffer, position), position + CRC_AT);
}

/** Whether the batch is whole and its bytes from the attributes on still have the CRC that was written with them. */
export function isBatchCrcValid(buffer: Buffer, position: number): boolean {
  if (position + BATCH_HEADER_SIZE_BYTES > buffer.length) return false;
  const sizeInBytes = batchSizeInBytes(buffer, position);
  if (sizeInBytes < BATCH_HEADER_SIZE_BYTES || position + sizeInBytes > buffer.length) return false;
  return computeBatchCrc(buffer, position) === batchCrc(buffer, position);
}

/** A new batch with the header of `batch`, but for codec, length and CRC, in front of other records, which are in that codec already. */
export function batchWithRecords(batch: Buffer, codec: CompressionCodec, records: Uint8Array): Buffer {
  const out = Buffer.allocUnsafeSlow(BATCH_HEADER_SIZE_BYTES + records.length);
  batch.copy(out, 0, 0, BATCH_HEADER_SIZE_BYTES);
  out.set(records, BATCH_HEADER_SIZE_BYTES);
  out.writeInt32BE(out.length - BATCH_PREFIX_SIZE_BYTES, LENGTH_AT);
  out.writeInt16BE((batchAttributes(batch, 0) & ~CODEC_MASK) | CODEC_NUMBERS[codec], ATTRIBUTES_AT);
  stampCrc(out, 0);
  return out;
}

/** What a cleaner changes of a batch's header; all else stays, offsets, sequences and producer above all. */
export interface CleanedBatch {
  readonly codec: CompressionCodec;
  readonly recordsSizeBytes: number;
  readonly recordCount: number;
  /** The delete horizon, with {@link CleanedBatch.hasDeleteHorizon}. */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly hasDeleteHorizon: boolean;
}

/**
 * Writes the header of a cleaned batch to the start of `target`, where its records follow already, and the CRC. Answers with its size.
 */
export function writeCleanedBatch(target: Buffer, batch: Buffer, position: number, cleaned: CleanedBatch): number {
  const sizeInBytes = BATCH_HEADER_SIZE_BYTES + cleaned.recordsSizeBytes;
  const attributes = batchAttributes(batch, position) & ~(CODEC_MASK | DELETE_HORIZON_FLAG);
  batch.copy(target, 0, position, position + BATCH_HEADER_SIZE_BYTES);
  target.writeInt32BE(sizeInBytes - BATCH_PREFIX_SIZE_BYTES, LENGTH_AT);
  target.writeInt16BE(
    attributes | CODEC_NUMBERS[cleaned.codec] | (cleaned.hasDeleteHorizon ? DELETE_HORIZON_FLAG : 0),
    ATTRIBUTES_AT,
  );
  writeInt64(target, BASE_TIMESTAMP_AT, cleaned.baseTimestamp);
  writeInt64(target, MAX_TIMESTAMP_AT, cleaned.maxTimestamp);
  target.writeInt32BE(cleaned.recordCount, RECORD_COUNT_AT);
  stampCrc(target, 0);
  return sizeInBytes;
}

/** What {@link writeBatchHeader} fills in; the CRC and length follow from the rest. */
export interface BatchHeaderFields {
  readonly baseOffset: number | bigint;
  readonly sizeInBytes: number;
  readonly partitionLeaderEpoch: number;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number | bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/**
 * Gives a producer's batch its identity, or another one when it is sent again under a new epoch, and redoes the CRC. The sequence is
 * that of the first record.
 */
export function stampProducer(
  buffer: Buffer,
  position: number,
  producerId: number | bigint,
  producerEpoch: number,
  baseSequence: number,
  isTransactional: boolean,
): void {
  const attributes = batchAttributes(buffer, position) & ~TRANSACTIONAL_FLAG;
  buffer.writeInt16BE(attributes | (isTransactional ? TRANSACTIONAL_FLAG : 0), position + ATTRIBUTES_AT);
  writeInt64(buffer, position + PRODUCER_ID_AT, producerId);
  buffer.writeInt16BE(producerEpoch, position + PRODUCER_EPOCH_AT);
  buffer.writeInt32BE(baseSequence, position + BASE_SEQUENCE_AT);
  stampCrc(buffer, position);
}

/** Writes a header in front of records that are already in place, and the CRC over them. */
export function writeBatchHeader(buffer: Buffer, position: number, fields: BatchHeaderFields): void {
  writeBatchHeaderWithoutCrc(buffer, position, fields);
  stampCrc(buffer, position);
}

/** Like {@link writeBatchHeader}, for a batch whose CRC is stamped later. */
export function writeBatchHeaderWithoutCrc(buffer: Buffer, position: number, fields: BatchHeaderFields): void {
  writeInt64(buffer, position, fields.baseOffset);
  buffer.writeInt32BE(fields.sizeInBytes - BATCH_PREFIX_SIZE_BYTES, position + LENGTH_AT);
  buffer.writeInt32BE(fields.partitionLeaderEpoch, position + LEADER_EPOCH_AT);
  buffer.writeInt8(BATCH_MAGIC, position + MAGIC_AT);
  buffer.writeInt16BE(fields.attributes, position + ATTRIBUTES_AT);
  buffer.writeInt32BE(fields.lastOffsetDelta, position + LAST_OFFSET_DELTA_AT);
  writeInt64(buffer, position + BASE_TIMESTAMP_AT, fields.baseTimestamp);
  writeInt64(buffer, position + MAX_TIMESTAMP_AT, fields.maxTimestamp);
  writeInt64(buffer, position + PRODUCER_ID_AT, fields.producerId);
  buffer.writeInt16BE(fields.producerEpoch, position + PRODUCER_EPOCH_AT);
  buffer.writeInt32BE(fields.baseSequence, position + BASE_SEQUENCE_AT);
  buffer.writeInt32BE(fields.recordCount, position + RECORD_COUNT_AT);
}

function computeBatchCrc(buffer: Buffer, position: number): number {
  return crc32c(buffer, position + BATCH_CRC_START, position + batchSizeInBytes(buffer, position));
}

/** Two's complement works out: −1 is −1 · 2^32 + (2^32 − 1). */
function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * TWO_TO_32 + buffer.readUInt32BE(position + 4);
}

function writeInt64(buffer: Buffer, position: number, value: number | bigint): void {
  if (typeof value === 'bigint') {
    buffer.writeBigInt64BE(value, position);
    return;
  }
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32), position);
  buffer.writeUInt32BE(value >>> 0, position + 4);
}
