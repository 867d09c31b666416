/**
 * Control records: the markers that end a transaction on a partition.
 *
 * A control batch holds one record: its key says which control record it is (version, type), its value carries the
 * type's own fields. Key and value start with an int16 version; later versions only add fields at the end.
 */
import { RecordsError } from './records-error.ts';
import { RecordBatchWriter } from './record-batch-writer.ts';

/** Types of control records that are known by name; brokers may write others, which readers skip. */
export const CONTROL_RECORD_TYPES = {
  abort: 0,
  commit: 1,
  leaderChange: 2,
  snapshotHeader: 3,
  snapshotFooter: 4,
  kraftVersion: 5,
  kraftVoters: 6,
} as const;

const KEY_SIZE_BYTES = 4;
const VALUE_VERSION = 0;
const END_TXN_VALUE_SIZE_BYTES = 6;

export interface ControlRecordKey {
  readonly version: number;
  /** One of {@link CONTROL_RECORD_TYPES}, or a number that is newer than this code. */
  readonly type: number;
}

export interface EndTxnMarker {
  readonly type: 'commit' | 'abort';
  /** Epoch of the transaction coordinator that decided. */
  readonly coordinatorEpoch: number;
}

export interface EndTxnMarkerBatch extends EndTxnMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly timestampMs: number;
}

/** Reads the key of a control record. Throws {@link RecordsError} when it is not one. */
export function decodeControlRecordKey(key: Buffer | null): ControlRecordKey {
  if (key === null || key.length < KEY_SIZE_BYTES) {
    throw new RecordsError('MILLRACE_RECORDS_CORRUPT', `a control record has a key of ${key?.length ?? 0} bytes`);
  }
  const version = key.readInt16BE(0);
  if (version < 0) throw new RecordsError('MILLRACE_RECORDS_CORRUPT', `a control record has key version ${version}`);
  return { version, type: key.readInt16BE(2) };
}

/** Reads a transaction marker; undefined when the control record is of another type. */
export function decodeEndTxnMarker(key: Buffer | null, value: Buffer | null): EndTxnMarker | undefined {
  const { type } = decodeControlRecordKey(key);
  if (type !== CONTROL_RECORD_TYPES.abort && type !== CONTROL_RECORD_TYPES.commit) return undefined;
  if (value === null || value.length < END_TXN_VALUE_SIZE_BYTES || value.readInt16BE(0) < 0) {
    throw new RecordsError(
      'MILLRACE_RECORDS_CORRUPT',
      `a transaction marker has a value of ${value?.length ?? 0} bytes`,
    );
  }
  return { type: type === CONTROL_RECORD_TYPES.commit ? 'commit' : 'abort', coordinatorEpoch: value.readInt32BE(2) };
}

/** A whole control batch with one transaction marker; offset and leader epoch are stamped on append. */
export function encodeEndTxnMarkerBatch(marker: EndTxnMarkerBatch): Buffer {
  const key = Buffer.alloc(KEY_SIZE_BYTES);
  key.writeInt16BE(CONTROL_RECORD_TYPES[marker.type], 2);
  const value = Buffer.alloc(END_TXN_VALUE_SIZE_BYTES);
  value.writeInt16BE(VALUE_VERSION, 0);
  value.writeInt32BE(marker.coordinatorEpoch, 2);
  const writer = new RecordBatchWriter({ capacityBytes: 128 });
  writer.append(key, value, marker.timestampMs);
  return writer.finish({
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    isTransactional: true,
    isControl: true,
  });
}
