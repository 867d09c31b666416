import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CompressionCodec } from '@millrace/compression';
import { batchSizeInBytes, isBatchCrcValid } from './batch-header.ts';
import { decodeBatch, decodeBatchAsync, type RecordBatchReader } from './record-batch-reader.ts';
import { RecordBatchWriter, type FinishBatchOptions } from './record-batch-writer.ts';
import { validateBatch } from './validate-batch.ts';

/** One batch that Apache Kafka's client library wrote; keys, values and header values are hex or null. */
interface Vector {
  readonly compression: CompressionCodec;
  readonly baseOffset: string;
  readonly partitionLeaderEpoch: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isTransactional: boolean;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly records: readonly VectorRecord[];
  readonly hex: string;
}

interface VectorRecord {
  readonly timestamp: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly key: string; readonly value: string | null }[];
}

const text = gunzipSync(readFileSync(join(import.meta.dirname, '../../vectors/record-batches.jsonl.gz'))).toString();
const vectors = text
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Vector);

const hexOf = (bytes: Buffer | null): string | null => (bytes === null ? null : bytes.toString('hex'));

function recordsOf(batch: RecordBatchReader): VectorRecord[] {
  return Array.from(batch, (record) => ({
    timestamp: String(record.timestamp),
    key: hexOf(record.key),
    value: hexOf(record.value),
    headers: record.headers.map((header) => ({ key: header.key, value: hexOf(header.value) })),
  }));
}

function reencode(batch: RecordBatchReader, extra: FinishBatchOptions): Buffer {
  const writer = new RecordBatchWriter({ capacityBytes: 100 });
  for (const record of batch) {
    writer.append(record.key, record.value, batch.producerTimestampAt(record.index), record.headers);
  }
  return writer.finish({
    producerId: batch.producerIdBigInt,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    isTransactional: batch.isTransactional,
    baseOffset: batch.baseOffsetBigInt,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    ...(batch.timestampType === 'LogAppendTime' ? { logAppendTimeMs: batch.maxTimestamp } : {}),
    ...extra,
  });
}

describe('record batches written by Apache Kafka', () => {
  it('cover every codec and both timestamp types', () => {
    expect(vectors.length).toBe(120);
    expect(new Set(vectors.map((vector) => vector.compression)).size).toBe(5);
    expect(new Set(vectors.map((vector) => vector.timestampType)).size).toBe(2);
  });

  it.each(vectors.map((vector, index) => [`${index} ${vector.compression}`, vector] as const))(
    'decode to their header fields and records: %s',
    async (_name, vector) => {
      const bytes = Buffer.from(vector.hex, 'hex');

      const batch = decodeBatch(bytes);

      expect(batch.codec).toBe(vector.compression);
      expect(batch.baseOffsetBigInt).toBe(BigInt(vector.baseOffset));
      expect(batch.partitionLeaderEpoch).toBe(vector.partitionLeaderEpoch);
      expect(batch.producerIdBigInt).toBe(BigInt(vector.producerId));
      expect(batch.producerEpoch).toBe(vector.producerEpoch);
      expect(batch.baseSequence).toBe(vector.baseSequence);
      expect(batch.isTransactional).toBe(vector.isTransactional);
      expect(batch.timestampType).toBe(vector.timestampType);
      expect(recordsOf(batch)).toEqual(vector.records);
      expect(recordsOf(await decodeBatchAsync(bytes))).toEqual(vector.records);
      expect(batchSizeInBytes(bytes, 0)).toBe(bytes.length);
    },
  );

  it.each(vectors.filter((vector) => vector.compression === 'none').map((vector, index) => [index, vector] as const))(
    're-encode to the same bytes when uncompressed: %i',
    (_index, vector) => {
      const bytes = Buffer.from(vector.hex, 'hex');

      expect(reencode(decodeBatch(bytes), {}).equals(bytes)).toBe(true);
    },
  );

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('survive our own %s', (codec) => {
    for (const vector of vectors) {
      const bytes = reencode(decodeBatch(Buffer.from(vector.hex, 'hex')), { codec });

      expect(isBatchCrcValid(bytes, 0)).toBe(true);
      expect(decodeBatch(bytes).codec).toBe(codec);
      expect(recordsOf(decodeBatch(bytes))).toEqual(vector.records);
    }
  });

  it('satisfy what a broker checks, but for the time of append and made-up producer ids', () => {
    for (const vector of vectors) {
      const { errorCode } = validateBatch(Buffer.from(vector.hex, 'hex'));

      const isOurProducer = Number.isSafeInteger(Number(vector.producerId));
      if (isOurProducer) expect(errorCode).toBe(vector.timestampType === 'CreateTime' ? 0 : 32);
      else expect(errorCode).toBe(87);
    }
  });
});
