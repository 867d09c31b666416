import { compress, type CompressionCodec } from '@millrace/compression';
import { stampCrc } from './batch-header.ts';
import { RecordBatchWriter, type FinishBatchOptions } from './record-batch-writer.ts';
import { RECORD_HEADER_COUNT_MAX } from './record-scan.ts';
import { openBatch, validateBatch, type BatchVerdict, type ValidateBatchOptions } from './validate-batch.ts';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const HEADER_BYTES = 61;
const NONE = 0;
const MESSAGE_TOO_LARGE = 10;
const INVALID_TIMESTAMP = 32;
const INVALID_RECORD = 87;

const atOnce = (): Promise<void> => Promise.resolve();

function batchOf(count: number, options: FinishBatchOptions = {}, value = 'value'): Buffer {
  const writer = new RecordBatchWriter();
  for (let index = 0; index < count; index++) writer.append('key', `${value} ${index}`, 1000 + index);
  return writer.finish(options);
}

/** The batch packed anew after changes that leave its CRC true. */
function packed(
  codec: (typeof CODECS)[number],
  batch: Buffer,
  change: { records?: (records: Buffer) => Buffer; packed?: (bytes: Buffer) => Buffer; count?: number } = {},
): Buffer {
  const records = Buffer.from(batch.subarray(HEADER_BYTES));
  const bytes = compress(codec, change.records?.(records) ?? records);
  const out = Buffer.concat([batch.subarray(0, HEADER_BYTES), change.packed?.(Buffer.from(bytes)) ?? bytes]);
  out.writeInt32BE(out.length - 12, 8);
  out.writeInt16BE({ gzip: 1, snappy: 2, lz4: 3, zstd: 4 }[codec], 21);
  if (change.count !== undefined) {
    out.writeInt32BE(change.count - 1, 23);
    out.writeInt32BE(change.count, 57);
  }
  stampCrc(out, 0);
  return out;
}

async function judge(batch: Buffer, options: ValidateBatchOptions = {}): Promise<BatchVerdict> {
  const verdict = validateBatch(batch, options);
  // Both ways to judge a batch must come to the same answer.
  expect((await openBatch(batch, options, atOnce)).verdict).toEqual(verdict);
  return verdict;
}

describe.each(CODECS)('the records of a batch packed with %s', (codec) => {
  it('are accepted with their timestamps and their size', async () => {
    const plain = batchOf(3);
    const verdict = await judge(packed(codec, plain));

    expect(verdict).toMatchObject({ errorCode: NONE, minTimestampMs: 1000, maxTimestampMs: 1002 });
    expect(verdict.recordsSizeBytes).toBe(plain.length - HEADER_BYTES);
  });

  it.each([
    ['more records than claimed', { count: 2 }],
    ['fewer records than claimed', { count: 4 }],
    ['bytes behind the last record', { records: (records: Buffer) => Buffer.concat([records, Buffer.alloc(9, 1)]) }],
    ['no records at all', { records: (records: Buffer) => Buffer.alloc(records.length, 0x55) }],
    ['half of their bytes', { records: (records: Buffer) => records.subarray(0, records.length / 2) }],
    ['no bytes', { records: () => Buffer.alloc(0) }],
    ['bytes behind the packed data', { packed: (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('garbage')]) }],
    ['packed data that is cut', { packed: (bytes: Buffer) => bytes.subarray(0, bytes.length - 3) }],
    ['garbage instead of packed data', { packed: (bytes: Buffer) => Buffer.alloc(bytes.length, 0x41) }],
  ])('are refused with %s', async (_name, change) => {
    expect((await judge(packed(codec, batchOf(3), change))).errorCode).toBe(INVALID_RECORD);
  });

  it('are refused with offset deltas out of order, naming the record', async () => {
    const plain = batchOf(3);
    // A record is: length, attributes, timestamp delta, offset delta, …; each takes one byte here.
    const second = 1 + plain.readInt8(HEADER_BYTES) / 2;
    const change = (records: Buffer): Buffer => records.fill(10, second + 3, second + 4);

    const verdict = await judge(packed(codec, plain, { records: change }));

    expect(verdict.recordErrors).toEqual([{ batchIndex: 1, message: 'record 1 has offset delta 5' }]);
  });

  it('are refused when they open beyond the bound, however few bytes they came in', async () => {
    const bomb = batchOf(1, { codec }, '\0'.repeat(4 * 1024 * 1024));

    expect((await judge(bomb, { outputBytesMax: 4 * 1024 * 1024 })).errorCode).toBe(MESSAGE_TOO_LARGE);
    expect((await judge(bomb, { outputBytesMax: 5 * 1024 * 1024 })).errorCode).toBe(NONE);
  });

  it('are judged by their timestamps and keys, not by the header', async () => {
    const options = { timestampMaxMs: 1001, requireKeys: true };
    const verdict = await judge(batchOf(4, { codec }), options);

    expect(verdict.errorCode).toBe(INVALID_TIMESTAMP);
    expect(verdict.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([2, 3]);
  });
});

describe('records that are judged in slices', () => {
  it('pauses between slices, of many records or of many bytes', async () => {
    const pauses = async (batch: Buffer): Promise<number> => {
      let count = 0;
      const { verdict } = await openBatch(batch, {}, () => Promise.resolve(void count++));
      expect(verdict.errorCode).toBe(NONE);
      return count;
    };

    expect(await pauses(batchOf(2048, { codec: 'lz4' }))).toBe(0);
    expect(await pauses(batchOf(10_000, { codec: 'lz4' }))).toBe(4);
    expect(await pauses(batchOf(4, { codec: 'lz4' }, 'x'.repeat(256 * 1024)))).toBe(3);
  });

  it('finds what is wrong in a later slice, and the timestamps of all', async () => {
    const good = batchOf(5000);
    expect(await judge(packed('zstd', good))).toMatchObject({ minTimestampMs: 1000, maxTimestampMs: 5999 });
    expect((await judge(packed('zstd', good, { count: 5001 }))).recordErrors).toMatchObject([{ batchIndex: 5000 }]);
    expect((await judge(packed('zstd', good, { count: 4096 }))).errorCode).toBe(INVALID_RECORD);

    const late = await judge(good, { timestampMaxMs: 5950 });
    expect(late.recordErrors[0]).toMatchObject({ batchIndex: 4951 });
    const early = await judge(good, { timestampMinMs: 3100 });
    expect([early.recordErrors.length, early.recordErrors[99]?.batchIndex]).toEqual([100, 99]);
  });

  it('takes a record with a million headers and none with more', async () => {
    const withHeaders = (count: number): Buffer => {
      const writer = new RecordBatchWriter();
      writer.append(null, null, 1000, new Array(count).fill({ key: '', value: null }));
      return writer.finish({ codec: 'zstd' });
    };

    expect((await judge(withHeaders(RECORD_HEADER_COUNT_MAX))).errorCode).toBe(NONE);
    expect((await judge(withHeaders(RECORD_HEADER_COUNT_MAX + 1))).errorCode).toBe(INVALID_RECORD);
  });

  it('leaves an uncompressed batch to the same checks', async () => {
    const codec: CompressionCodec = 'none';
    expect(await judge(batchOf(3, { codec }))).toMatchObject({ errorCode: NONE, maxTimestampMs: 1002 });
  });
});
