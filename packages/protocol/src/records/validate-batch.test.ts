import { isBatchCrcValid, stampBatch, stampCrc, stampLogAppendTime, stampMaxTimestamp } from './batch-header.ts';
import { decompressedBytesMax } from './packed-records.ts';
import { RecordBatchWriter, type FinishBatchOptions } from './record-batch-writer.ts';
import { RECORD_ERROR_COUNT_MAX } from './opened-records.ts';
import { validateBatch } from './validate-batch.ts';

const CORRUPT_MESSAGE = 2;
const MESSAGE_TOO_LARGE = 10;
const INVALID_TIMESTAMP = 32;
const INVALID_RECORD = 87;

function batchOf(options: FinishBatchOptions = {}, keys: readonly (string | null)[] = ['a', 'b', 'c']): Buffer {
  const writer = new RecordBatchWriter();
  for (const [index, key] of keys.entries()) writer.append(key, `value ${index}`, 1000 + index);
  return writer.finish(options);
}

/** The batch after a change that keeps its CRC true. */
function changed(change: (batch: Buffer) => void, batch: Buffer = batchOf()): Buffer {
  change(batch);
  stampCrc(batch, 0);
  return batch;
}

describe('validateBatch', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('accepts a batch of codec %s', (codec) => {
    expect(validateBatch(batchOf({ codec }))).toMatchObject({ errorCode: 0, message: null, recordErrors: [] });
    expect(validateBatch(batchOf({ codec }), { requireKeys: true }).errorCode).toBe(0);
  });

  it('accepts idempotent and transactional batches, headers, null values and a stamped offset', () => {
    const writer = new RecordBatchWriter();
    writer.append('k', null, 5, [
      { key: 'h', value: null },
      { key: 'h', value: '' },
    ]);
    const batch = writer.finish({ producerId: 0, producerEpoch: 0, baseSequence: 0, isTransactional: true });
    stampBatch(batch, 0, 77, 3);

    expect(validateBatch(batch).errorCode).toBe(0);
  });

  it.each([
    ['null', null, INVALID_RECORD],
    ['no bytes', Buffer.alloc(0), INVALID_RECORD],
    ['less than a length field', Buffer.alloc(11), INVALID_RECORD],
    ['zeros', Buffer.alloc(100), CORRUPT_MESSAGE],
    ['a cut batch', batchOf().subarray(0, 80), INVALID_RECORD],
    ['two batches', Buffer.concat([batchOf(), batchOf()]), INVALID_RECORD],
    ['bytes after the batch', Buffer.concat([batchOf(), Buffer.from([0])]), INVALID_RECORD],
  ])('refuses %s', (_name, records, errorCode) => {
    expect(validateBatch(records).errorCode).toBe(errorCode);
  });

  it.each([
    [-1, CORRUPT_MESSAGE],
    [0, INVALID_RECORD],
    [1, INVALID_RECORD],
    [3, CORRUPT_MESSAGE],
    [127, CORRUPT_MESSAGE],
  ])('answers magic %d with %d', (magic, errorCode) => {
    expect(validateBatch(changed((batch) => batch.writeInt8(magic, 16))).errorCode).toBe(errorCode);
  });

  it('refuses any flipped byte that the CRC covers', () => {
    const batch = batchOf();

    for (let at = 17; at < batch.length; at++) {
      batch[at] = (batch[at] ?? 0) ^ 1;
      expect(validateBatch(batch).errorCode).toBe(CORRUPT_MESSAGE);
      batch[at] = (batch[at] ?? 0) ^ 1;
    }
  });

  it.each([
    ['a negative length', -20, CORRUPT_MESSAGE],
    ['a length of 0', 0, CORRUPT_MESSAGE],
    ['a length below the header', 40, CORRUPT_MESSAGE],
    ['a length beyond the field', 2 ** 31 - 13, INVALID_RECORD],
  ])('refuses %s', (_name, length, errorCode) => {
    const batch = batchOf();
    batch.writeInt32BE(length, 8);

    expect(validateBatch(batch).errorCode).toBe(errorCode);
  });

  it.each([
    ['more records than claimed', 2, 1],
    ['fewer records than claimed', 4, 3],
    ['a count that is not the offset delta + 1', 3, 3],
    ['no record', 0, -1],
    ['a negative count', -1, -2],
    ['two thousand million records', 2 ** 31 - 1, 2 ** 31 - 2],
  ])('refuses %s', (_name, count, lastOffsetDelta) => {
    const batch = changed((bytes) => {
      bytes.writeInt32BE(count, 57);
      bytes.writeInt32BE(lastOffsetDelta, 23);
    });

    expect(validateBatch(batch).errorCode).toBe(INVALID_RECORD);
  });

  it('refuses a count that the bytes cannot hold before it allocates for it', () => {
    const batch = changed((bytes) => {
      bytes.writeInt32BE(1_000_000, 57);
      bytes.writeInt32BE(999_999, 23);
    });

    expect(validateBatch(batch).message).toMatch(/claims 1000000 records in \d+ bytes/);
  });

  it.each([5, 6, 7])('refuses codec %d', (codec) => {
    expect(validateBatch(changed((batch) => batch.writeInt16BE(codec, 21))).errorCode).toBe(INVALID_RECORD);
  });

  it('refuses a producer id without a sequence, and a transaction without a producer id', () => {
    expect(validateBatch(batchOf({ producerId: 5, producerEpoch: 0 })).errorCode).toBe(INVALID_RECORD);
    expect(validateBatch(batchOf({ isTransactional: true })).errorCode).toBe(INVALID_RECORD);
  });

  it('takes a producer id without a sequence from coordinators', () => {
    const batch = batchOf({ producerId: 5, producerEpoch: 0, isTransactional: true });

    expect(validateBatch(batch, { allowUnsequenced: true }).errorCode).toBe(0);
    expect(validateBatch(batch).errorCode).toBe(INVALID_RECORD);
  });

  it('refuses a producer id beyond what a number can hold', () => {
    expect(validateBatch(batchOf({ producerId: 2n ** 62n, producerEpoch: 0, baseSequence: 0 })).errorCode).toBe(
      INVALID_RECORD,
    );
  });

  it('refuses the time of append from a producer', () => {
    const batch = batchOf();
    stampLogAppendTime(batch, 0, 5);

    expect(validateBatch(batch).errorCode).toBe(INVALID_TIMESTAMP);
  });

  it('names the record whose offset delta is out of order', () => {
    // A record is: length, attributes, timestamp delta, offset delta, …; each takes one byte here, the first at byte 61.
    const firstRecordSize = 1 + batchOf().readInt8(61) / 2;

    const verdict = validateBatch(changed((batch) => batch.writeInt8(0, 61 + firstRecordSize + 3)));

    expect(verdict.errorCode).toBe(INVALID_RECORD);
    expect(verdict.recordErrors).toEqual([{ batchIndex: 1, message: 'record 1 has offset delta 0' }]);
  });

  it('names the record that does not fit its length', () => {
    const verdict = validateBatch(changed((batch) => batch.writeInt8(2, 61)));

    expect(verdict.errorCode).toBe(INVALID_RECORD);
    expect(verdict.recordErrors).toMatchObject([{ batchIndex: 0 }]);
  });

  it('refuses records that lie about their header count', () => {
    const batch = batchOf({}, ['a']);

    const verdict = validateBatch(changed((bytes) => bytes.writeInt8(2, bytes.length - 1), batch));

    expect(verdict.errorCode).toBe(INVALID_RECORD);
  });

  it('looks into a compressed batch unless told to leave it packed', () => {
    const lie = (): Buffer =>
      changed(
        (batch) => {
          batch.writeInt32BE(9, 57);
          batch.writeInt32BE(8, 23);
        },
        batchOf({ codec: 'gzip' }),
      );

    expect(validateBatch(lie(), { leavesPacked: true }).errorCode).toBe(0);
    expect(validateBatch(lie()).errorCode).toBe(INVALID_RECORD);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('answers damaged %s data with a value', (codec) => {
    const batch = changed((bytes) => bytes.fill(0xaa, 70), batchOf({ codec }));

    expect(validateBatch(batch).errorCode).toBe(INVALID_RECORD);
  });

  it('refuses a compressed batch that inflates beyond the bound', () => {
    const batch = batchOf({ codec: 'zstd' }, ['x'.repeat(100_000)]);

    expect(validateBatch(batch, { outputBytesMax: 1000 }).errorCode).toBe(MESSAGE_TOO_LARGE);
  });
});

describe('validateBatch on compressed records that it does not open', () => {
  const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
  const UNOPENED = { leavesPacked: true };

  /** The header of a batch of this codec before other bytes. */
  function packedAs(codec: (typeof CODECS)[number], packed: Buffer, count = 3): Buffer {
    const batch = Buffer.concat([batchOf({ codec }).subarray(0, 61), packed]);
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt32BE(count - 1, 23);
    batch.writeInt32BE(count, 57);
    return changed(() => undefined, batch);
  }

  it.each(CODECS)('refuses garbage marked as %s', (codec) => {
    const text = Buffer.from('garbage that is no compressed data at all', 'latin1');
    for (const garbage of [text, Buffer.alloc(40), Buffer.alloc(40, 0xff), Buffer.alloc(0), Buffer.alloc(1)]) {
      expect(validateBatch(packedAs(codec, garbage), UNOPENED).errorCode).toBe(INVALID_RECORD);
    }
  });

  it.each(CODECS)('refuses the data of every other codec as %s', (codec) => {
    for (const other of CODECS.filter((name) => name !== codec)) {
      const packed = batchOf({ codec: other }).subarray(61);
      expect(validateBatch(packedAs(codec, packed), UNOPENED).errorCode).toBe(INVALID_RECORD);
    }
  });

  it.each(CODECS)('refuses two thousand million records in some bytes of %s', (codec) => {
    const packed = batchOf({ codec }).subarray(61);

    const verdict = validateBatch(packedAs(codec, packed, 2_000_000_000), UNOPENED);

    expect(verdict.errorCode).toBe(INVALID_RECORD);
    expect(verdict.message).toMatch(/claims 2000000000 records in \d+ bytes/);
  });

  it.each(CODECS)('accepts a hundred thousand of the smallest records in %s', (codec) => {
    const writer = new RecordBatchWriter();
    for (let index = 0; index < 100_000; index++) writer.append(null, null, 1);

    expect(validateBatch(writer.finish({ codec }), UNOPENED).errorCode).toBe(0);
  });

  it('accepts a bare snappy block and frames to be skipped before the first', () => {
    // 21 bytes announced, then a literal of 21.
    const bare = Buffer.concat([Buffer.from([21, 20 << 2]), Buffer.alloc(21, 1)]);
    const skipped = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);

    expect(validateBatch(packedAs('snappy', bare), UNOPENED).errorCode).toBe(0);
    for (const codec of ['lz4', 'zstd'] as const) {
      const packed = Buffer.concat([skipped, batchOf({ codec }).subarray(61)]);
      expect(validateBatch(packedAs(codec, packed), UNOPENED).errorCode).toBe(0);
    }
  });

  it('bounds what a topic opens by its largest batch, within what readers accept', () => {
    const MIB = 1024 * 1024;

    expect([1000, MIB, 4 * MIB, 50 * MIB, 200 * MIB].map((bytes) => decompressedBytesMax(bytes) / MIB)).toEqual([
      32, 32, 64, 128, 200,
    ]);
  });
});

describe('validateBatch for compacted topics', () => {
  it.each(['none', 'lz4'] as const)('names the records without a key, codec %s', (codec) => {
    const batch = batchOf({ codec }, ['a', null, '', null]);

    const verdict = validateBatch(batch, { requireKeys: true });

    expect(verdict.errorCode).toBe(INVALID_RECORD);
    expect(verdict.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1, 3]);
    expect(validateBatch(batch).errorCode).toBe(0);
  });

  it('names no more than a bounded number', () => {
    const batch = batchOf(
      {},
      Array.from({ length: 5000 }, () => null),
    );

    expect(validateBatch(batch, { requireKeys: true }).recordErrors.length).toBe(RECORD_ERROR_COUNT_MAX);
  });
});

describe('validateBatch on timestamps', () => {
  it('reports the largest and smallest, and lets the log correct a header that is wrong', () => {
    const batch = batchOf();
    stampMaxTimestamp(batch, 0, -1);

    const verdict = validateBatch(batch);
    stampMaxTimestamp(batch, 0, verdict.maxTimestampMs);

    expect(verdict).toMatchObject({ errorCode: 0, maxTimestampMs: 1002, minTimestampMs: 1000 });
    expect(validateBatch(batch).errorCode).toBe(0);
    expect(isBatchCrcValid(batch, 0)).toBe(true);
  });

  it('names the records outside the range', () => {
    const verdict = validateBatch(batchOf(), { timestampMinMs: 1001, timestampMaxMs: 1001 });

    expect(verdict.errorCode).toBe(INVALID_TIMESTAMP);
    expect(verdict.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([0, 2]);
  });

  it('accepts the ends of the range', () => {
    expect(validateBatch(batchOf(), { timestampMinMs: 1000, timestampMaxMs: 1002 }).errorCode).toBe(0);
  });

  it('lets records without a timestamp pass', () => {
    const writer = new RecordBatchWriter();
    writer.append('k', 'v', -1);

    const verdict = validateBatch(writer.finish(), { timestampMinMs: 1000, timestampMaxMs: 2000 });

    expect(verdict).toMatchObject({ errorCode: 0, maxTimestampMs: -1 });
  });

  it('is not misled by records without a timestamp among others', () => {
    const writer = new RecordBatchWriter();
    for (const timestampMs of [1500, -1, 5]) writer.append('k', 'v', timestampMs);

    const verdict = validateBatch(writer.finish(), { timestampMinMs: 1000, timestampMaxMs: 2000 });

    expect(verdict.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([2]);
  });

  it.each(['none', 'gzip'] as const)('refuses what a number cannot hold, codec %s', (codec) => {
    for (const timestamp of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n]) {
      const batch = changed((bytes) => bytes.writeBigInt64BE(timestamp, 27), batchOf({ codec }, ['a']));

      expect(validateBatch(batch).errorCode).toBe(INVALID_TIMESTAMP);
    }
  });

  it('judges a compressed batch that it leaves packed by its header', () => {
    const batch = batchOf({ codec: 'snappy' });
    const options = { leavesPacked: true };

    expect(validateBatch(batch, options)).toMatchObject({ errorCode: 0, maxTimestampMs: 1002, minTimestampMs: 1000 });
    expect(validateBatch(batch, { ...options, timestampMaxMs: 1001 }).errorCode).toBe(INVALID_TIMESTAMP);
    expect(validateBatch(batch, { ...options, timestampMinMs: 1001 }).errorCode).toBe(INVALID_TIMESTAMP);
  });
});
