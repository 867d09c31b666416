export { APIS, apiByKey, apiName, requestHeaderVersion, responseHeaderVersion } from './api-keys.ts';
export type { ApiInfo, ApiName } from './api-keys.ts';
export { errorByCode, isKnownErrorCode } from './errors.ts';
export type { ErrorInfo } from './errors.ts';
export { API_KEYS } from './generated/api-table.ts';
export { ErrorCode } from './generated/errors.ts';
export type { ErrorName } from './generated/errors.ts';
export type { RequestHeader } from './generated/header-request.ts';
export type { ResponseHeader } from './generated/header-response.ts';
export { decodeMessage, encodeMessage, recordsToBuffer } from './wire/codec.ts';
export type { MessageCodec, RecordsField, TaggedField } from './wire/codec.ts';
export { decodeRequestHeader, decodeResponseHeader, encodeRequestFrame, encodeResponseFrame } from './wire/frame.ts';
export { ProtocolError } from './wire/protocol-error.ts';
export type { ProtocolErrorCode } from './wire/protocol-error.ts';
export { Reader } from './wire/reader.ts';
export { Writer } from './wire/writer.ts';
export {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  BATCH_PREFIX_SIZE_BYTES,
  batchAttributes,
  batchBaseOffset,
  batchBaseOffsetBigInt,
  batchBaseSequence,
  batchBaseTimestamp,
  batchCrc,
  batchLastOffset,
  batchLastOffsetDelta,
  batchLastSequence,
  batchMagic,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerEpoch,
  batchProducerId,
  batchProducerIdBigInt,
  batchRecordCount,
  batchSizeInBytes,
  batchWithRecords,
  codecOf,
  hasDeleteHorizon,
  isBatchCrcValid,
  isControl,
  isTransactional,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  stampBatch,
  stampLogAppendTime,
  stampMaxTimestamp,
  stampProducer,
  timestampTypeOf,
  writeCleanedBatch,
} from './records/batch-header.ts';
export type { CleanedBatch, TimestampType } from './records/batch-header.ts';
export { batchPositions, nextBatchPosition } from './records/batch-iteration.ts';
export {
  CONTROL_RECORD_TYPES,
  decodeControlRecordKey,
  decodeEndTxnMarker,
  encodeEndTxnMarkerBatch,
} from './records/control-record.ts';
export type { ControlRecordKey, EndTxnMarker, EndTxnMarkerBatch } from './records/control-record.ts';
export { decompressedBytesMax } from './records/packed-records.ts';
export { decodeBatch, decodeBatchAsync, RecordBatchReader, RecordView } from './records/record-batch-reader.ts';
export type { DecodeBatchOptions, RecordHeader } from './records/record-batch-reader.ts';
export { RecordBatchWriter } from './records/record-batch-writer.ts';
export type {
  BatchBuffers,
  FinishBatchOptions,
  HeaderToWrite,
  RecordBatchWriterOptions,
  RecordBytes,
} from './records/record-batch-writer.ts';
export { RecordsError } from './records/records-error.ts';
export type { RecordsErrorCode } from './records/records-error.ts';
export { openBatch, validateBatch } from './records/validate-batch.ts';
export type { BatchRecordError, BatchVerdict, OpenedBatch, ValidateBatchOptions } from './records/validate-batch.ts';
